"""Whether the counters say what the lines of the ledger say."""

from collections.abc import Sequence

from campaigns.application.delivery.reconciling import Reconciled, Recount
from campaigns.application.shared.messages import Query


class ReconcileLedger(Query, frozen=True, kw_only=True):
    """For operators of the installation: across all tenants."""


class ReconcileLedgerHandler:
    def __init__(self, recount: Recount) -> None:
        self._recount = recount

    async def __call__(self, _query: ReconcileLedger) -> Sequence[Reconciled]:
        return [reconciled async for reconciled in self._recount.every()]
