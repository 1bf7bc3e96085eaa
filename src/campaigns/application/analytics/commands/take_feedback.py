"""What providers say became of messages: into the ledger, and the refusals onto the suppression list."""

import hmac
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from campaigns.application.analytics.ports import Fact, FactDetail, FactName, SuppressionReason
from campaigns.application.analytics.reporting import (
    FeedbackLedger,
    FeedbackSecrets,
    KnownRuns,
    MessageOwnersInBulk,
    Refused,
)
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import NotAllowedError
from campaigns.application.shared.messages import Command


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


class Proof(Struct, frozen=True, kw_only=True):
    """`signature` is `sha256=` and the HMAC-SHA256 of the request's body, in hexadecimal."""

    signature: str
    body: bytes


class TakeFeedback(Command, frozen=True, kw_only=True):
    """With a `proof`, or told from `within` the installation, it may speak of every tenant's messages; else of the
    caller's tenant's alone. Either all reports are about consumed events, or none.
    """

    provider: str
    reports: tuple[FeedbackReport, ...]
    proof: Proof | None = None
    within: bool = False


class FeedbackTaken(Struct, frozen=True, kw_only=True):
    """How many reports were about known messages, and the positions of those that were not."""

    accepted: int
    unknown: tuple[int, ...]


class TakeFeedbackHandler:
    def __init__(
        self, runs: KnownRuns, owners: MessageOwnersInBulk, ledger: FeedbackLedger, secrets: FeedbackSecrets
    ) -> None:
        self._secrets = secrets
        self._runs = runs
        self._owners = owners
        self._ledger = ledger

    async def __call__(self, command: TakeFeedback) -> FeedbackTaken:
        if command.proof is not None:
            require_genuine(command.proof, self._secrets.of(command.provider))
        runs = await self._runs.of({report.execution_no for report in command.reports})
        everywhere, tenant_id = command.proof is not None or command.within, command.caller.tenant_id
        mine = {number: run for number, run in runs.items() if everywhere or run.tenant_id == tenant_id}
        unknown, known = list[int](), list[FeedbackReport]()
        for number, report in enumerate(command.reports):
            run = mine.get(report.execution_no)
            if run is not None and run.holds(report.seq):
                known.append(report)
            else:
                unknown.append(number)
        facts = [_fact(command.provider, report) for report in known]
        consumed = [report.consumed for report in known if report.consumed is not None]
        await self._ledger.take(facts, await self._refused(known), consumed)
        return FeedbackTaken(accepted=len(known), unknown=tuple(unknown))

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


def require_genuine(proof: Proof, secret: bytes | None) -> None:
    """Refuses a provider without a secret here, and a signature that was not made with it."""
    signature = proof.signature.removeprefix("sha256=")
    if secret is None or not hmac.compare_digest(hmac.digest(secret, proof.body, "sha256").hex(), signature):
        raise NotAllowedError("The signature is not the provider's")


def suppression_for(report: FeedbackReport) -> SuppressionReason | None:
    """Why this report means that the person gets nothing more; None when it does not."""
    match report.name:
        case FactName.BOUNCED:
            return None if report.detail.hard is False else SuppressionReason.HARD_BOUNCED
        case FactName.COMPLAINED:
            return SuppressionReason.COMPLAINED
        case FactName.UNSUBSCRIBED:
            return SuppressionReason.UNSUBSCRIBED
        case _:
            return None


def _fact(provider: str, report: FeedbackReport) -> Fact:
    return Fact(
        execution_no=report.execution_no,
        seq=report.seq,
        name=report.name,
        at=report.at,
        source_event_id=f"{provider}:{report.event_id}",
        detail=report.detail,
    )
