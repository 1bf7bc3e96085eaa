"""Uploads on their way to becoming datasets."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.audience.suppression import SuppressionReason
from campaigns.domain.shared.ids import TenantId


class Suppressing(Struct, frozen=True, kw_only=True):
    """Where (a channel, or * for all) and why the people of an upload must not be written to."""

    channel: str
    reason: SuppressionReason


class Import(Struct, frozen=True, kw_only=True):
    """An upload on its way to becoming a dataset, or suppressions. `rejections` are the first thousand: row number and
    rule.
    """

    id: UUID
    tenant_id: TenantId
    dataset: str
    file_name: str
    format: Literal["csv", "xlsx", "parquet"]
    bytes: int
    status: Literal["pending", "running", "completed", "failed"]
    created_by: str
    created_at: datetime
    suppresses: Suppressing | None = None
    rows: int = 0
    imported: int = 0
    rejected: int = 0
    replaced: int = 0
    rejections: tuple[dict[str, Any], ...] = ()
    columns: Mapping[str, str] = {}
    error: str | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Imports(Protocol):
    """Uploads and what became of them."""

    async def queue(self, upload: Import, content: AsyncIterator[bytes]) -> Import:
        """Keep the file and put it in line; returns it with its size. UnreadableImportError when it is too large."""

    async def get(self, tenant_id: TenantId, import_id: UUID) -> Import:
        """ImportNotFoundError."""

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Import], int]:
        """Newest first, and how many there are."""
