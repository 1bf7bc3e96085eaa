"""Counting everybody anew."""

from collections.abc import AsyncIterator
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.shared.ids import TenantId


class Reconciled(Struct, frozen=True, kw_only=True):
    """One execution: its counters, the recount of its messages, and stretches that were told twice."""

    tenant_id: TenantId
    execution_id: UUID
    execution_no: int
    counted: Accounting
    recounted: Accounting
    overlapping: int

    @property
    def agrees(self) -> bool:
        return self.counted == self.recounted and self.counted.holds() and self.overlapping == 0


class Recount(Protocol):
    """Counts lines of the ledger, across tenants."""

    def every(self) -> AsyncIterator[Reconciled]:
        """Every planned execution, oldest first; each from one snapshot, so that running ones agree, too."""
