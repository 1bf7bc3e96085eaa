"""Frequency caps of a tenant: what this context asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap


class CapReach(Protocol):
    """How long ended executions stay in the ledger, where contacts are counted."""

    @property
    def days(self) -> int:
        """0: for ever."""


class TenantCaps(Protocol):
    """The caps that hold for all campaigns of a tenant, beside each campaign's own."""

    async def of(self, tenant_id: TenantId) -> tuple[FrequencyCap, ...]:
        """In the order in which they were set; none before the first time."""

    async def replace(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], *, by: str, at: datetime) -> None:
        """These and no others, for every launch from the commit on."""
