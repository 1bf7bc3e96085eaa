"""What is done about what others say of messages: into the ledger, and the refusals onto the suppression list."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from campaigns.application.analytics.ports import Fact, FactDetail, FactName, SuppressionReason
from campaigns.application.analytics.reporting import FeedbackLedger, KnownRuns, MessageOwnersInBulk, Refused
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId

_PATIENCE = 8.0  # seconds; providers hang up after ten
_REASONS = {
    FactName.COMPLAINED: SuppressionReason.COMPLAINED,
    FactName.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED,
}


class FeedbackReport(Struct, frozen=True, kw_only=True):
    """One thing one provider says of one message. The same `event_id` again counts once."""

    event_id: str
    execution_no: int
    seq: int
    name: FactName
    at: datetime
    detail: FactDetail = FactDetail()
    consumed: ConsumedEvent | None = None

    @property
    def message(self) -> tuple[int, int]:
        return self.execution_no, self.seq


class FeedbackTaken(Struct, frozen=True, kw_only=True):
    """How many reports were about known messages, and the positions of those that were not; while the ledger is away
    how many were `kept` until it is back.
    """

    accepted: int
    unknown: tuple[int, ...] = ()
    kept: int = 0


class FeedbackKeeping(Protocol):
    """Where feedback waits while the ledger is away."""

    async def keep(self, provider: str, reports: Sequence[FeedbackReport]) -> None:
        """Durable when it returns. DependencyDownError when there is no room: nothing was kept then."""


class Feedback:
    """One way for all of it, wherever it comes from."""

    def __init__(
        self, runs: KnownRuns, owners: MessageOwnersInBulk, ledger: FeedbackLedger, keeping: FeedbackKeeping
    ) -> None:
        self._runs = runs
        self._owners = owners
        self._ledger = ledger
        self._keeping = keeping

    async def take(self, provider: str, reports: Sequence[FeedbackReport], of: TenantId | None = None) -> FeedbackTaken:
        """Durable when it returns, and people who refuse are suppressed. About messages `of` one tenant, or of all."""
        runs = await self._runs.of({report.execution_no for report in reports})
        mine = {number: run for number, run in runs.items() if of is None or run.tenant_id == of}
        unknown, known = list[int](), list[FeedbackReport]()
        for number, report in enumerate(reports):
            run = mine.get(report.execution_no)
            if run is not None and run.holds(report.seq):
                known.append(report)
            else:
                unknown.append(number)
        facts = [_fact(provider, report) for report in known]
        consumed = [report.consumed for report in known if report.consumed is not None]
        await self._ledger.take(facts, await self._refused(known), consumed)
        return FeedbackTaken(accepted=len(known), unknown=tuple(unknown))

    async def take_or_keep(self, provider: str, reports: Sequence[FeedbackReport]) -> FeedbackTaken:
        """As `take` for all tenants; while the ledger is away it is kept. DependencyDownError when neither can be."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self.take(provider, reports)
        except (DependencyDownError, TimeoutError):
            await self._keeping.keep(provider, reports)
        return FeedbackTaken(accepted=0, kept=len(reports))

    async def _refused(self, reports: Sequence[FeedbackReport]) -> list[Refused]:
        reasons = {number: reason for number, report in enumerate(reports) if (reason := suppression_for(report))}
        if not reasons:
            return []
        owners = await self._owners.of_all([reports[number].message for number in reasons])
        return [
            Refused(fact=number, owner=owners[reports[number].message], reason=reason)
            for number, reason in reasons.items()
            if reports[number].message in owners
        ]


def suppression_for(report: FeedbackReport) -> SuppressionReason | None:
    """Why this report means that the person gets nothing more; None when it does not."""
    if report.name is FactName.BOUNCED:
        return None if report.detail.hard is False else SuppressionReason.HARD_BOUNCED
    return _REASONS.get(report.name)


def _fact(provider: str, report: FeedbackReport) -> Fact:
    return Fact(
        execution_no=report.execution_no,
        seq=report.seq,
        name=report.name,
        at=report.at,
        source_event_id=f"{provider}:{report.event_id}",
        detail=report.detail,
    )
