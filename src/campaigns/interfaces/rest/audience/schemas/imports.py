"""Uploads as they travel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar.datastructures import UploadFile
from msgspec import Meta, Struct

from campaigns.application.audience.ports import Import
from campaigns.domain.audience.suppression import SuppressionReason
from campaigns.interfaces.rest.audience.schemas.suppressions import ChannelOrAll
from campaigns.interfaces.rest.wire import View


class UploadBody(Struct, kw_only=True):
    """A CSV (UTF-8), XLSX or Parquet file with a column `user_id`."""

    file: UploadFile
    dataset: Annotated[str, Meta(max_length=63, description="`people`, or the name of a list")] = "people"


class SuppressingBody(Struct, kw_only=True):
    """A CSV (UTF-8), XLSX or Parquet file with a column `user_id`: nobody in it is written to any more. Where it has
    columns `channel` and `reason`, a row that fills them is heard; `channel` and `reason` beside it are for the others.
    """

    file: UploadFile
    channel: ChannelOrAll = "*"
    reason: SuppressionReason = "manual"


class SuppressingView(View, frozen=True, kw_only=True):
    channel: str
    reason: str


class RejectionView(View, frozen=True, kw_only=True):
    row: int
    rule: str


class ImportView(View, frozen=True, kw_only=True):
    """`rows` is how far it has come; `rejections` names the first thousand rows left out, and why. `suppresses`: what
    becomes of its people; null: a dataset.
    """

    id: UUID
    dataset: str
    file_name: str
    format: str
    bytes: int
    status: Literal["pending", "running", "completed", "failed"]
    suppresses: SuppressingView | None
    rows: int
    imported: int
    rejected: int
    replaced: int
    rejections: list[RejectionView]
    columns: Mapping[str, str]
    error: str | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportList(View, frozen=True, kw_only=True):
    imports: list[ImportView]
    total: int
    limit: int
    offset: int
    has_more: bool


def import_view(upload: Import) -> ImportView:
    shown = {name: getattr(upload, name) for name in ImportView.__struct_fields__}
    said = upload.suppresses
    shown["suppresses"] = said and SuppressingView(channel=said.channel, reason=said.reason)
    return ImportView(**{**shown, "rejections": [RejectionView(**told) for told in upload.rejections]})
