"""The port through which a worker takes batches and says what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import FactKind
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId


class Claim(Struct, frozen=True, kw_only=True):
    """A batch that is this worker's as long as its lease is renewed: every append renews it.

    Messages from `intended_to + 1` to `seq_to` have never been handed over. `crashed`: another worker held it before,
    since `left_at`, and did not give it back, so some that it intended have no outcome. `deferred` counts those refused
    for now. `resend`: send its uncertain ones again. `may_send` is false for a batch claimed only to settle a crash.
    `edition` is that of the brief to send by.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    execution_id: ExecutionId
    execution_no: int
    batch_no: int
    seq_from: int
    seq_to: int
    intended_to: int
    fence: int
    deferred: int = 0
    crashed: bool = False
    resend: bool = False
    may_send: bool = True
    edition: int = 1
    left_at: datetime | None = None


class PlannedMessage(Struct, frozen=True):
    """One line of the plan. `channel` and `variant` are their numbers."""

    seq: int
    user_id: str
    variant: int
    channel: int


class Unsettled(Struct, frozen=True):
    """A message of the plan that has been intended before and has no final outcome.

    `kind` is its last word: None (intended, then nothing), DEFERRED, UNCERTAIN, or an intent (RETRYING …); `detail`
    what was recorded with it.
    """

    message: PlannedMessage
    kind: FactKind | None
    detail: Mapping[str, Any]


class Fact(Struct, frozen=True):
    """What happened to one message; `detail` is small and without personal data."""

    seq: int
    kind: FactKind
    detail: Mapping[str, Any]


class Counts(Struct, frozen=True, kw_only=True):
    """By how much the counters of a batch change."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    uncertain: int = 0
    deferred: int = 0


class Report(Struct, frozen=True, kw_only=True):
    """Everything that became known since the last append: stretches that were sent, facts, counts, and the cost."""

    ranges: Sequence[tuple[int, int]] = ()
    facts: Sequence[Fact] = ()
    counts: Counts = Counts()
    cost: Decimal = Decimal(0)

    @property
    def is_empty(self) -> bool:
        return not self.ranges and not self.facts


class Intent(Struct, frozen=True, kw_only=True):
    """What is about to be handed over: plan messages up to `to`, or messages again, by fact (`deferred` fewer wait)."""

    to: int | None = None
    facts: Sequence[Fact] = ()
    deferred: int = 0


class Entry(Struct, frozen=True, kw_only=True):
    """One append. `number` counts the appends of a claim from 1, so that a repeat is seen."""

    number: int
    report: Report = Report()
    intent: Intent | None = None


class LeaseLostError(Exception):
    """Another worker has taken the batch; nothing of this append was recorded, and no more may be sent."""


class Ledger(Protocol):
    """What workers read and write. Every method is one transaction."""

    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        """Take a released batch, or one whose lease has run out; executions take turns. None: nothing to do now."""

    async def brief(self, claim: Claim) -> Brief:
        """The frozen order of the claim's execution."""

    async def plan(self, claim: Claim) -> Sequence[PlannedMessage]:
        """The batch's messages that were never handed over, by seq."""

    async def unsettled(self, claim: Claim) -> Sequence[Unsettled]:
        """What was intended and has no final outcome; with `claim.resend` what is uncertain, too."""

    async def append(self, claim: Claim, entry: Entry, lease_seconds: float) -> bool:
        """Make the report durable and renew the lease; record the intent if the execution may send.

        False when an intent was given and the execution may not send any more (paused, cancelled). An entry whose
        number was recorded already (its answer was lost) is not recorded again. LeaseLostError.
        """

    async def give_back(self, claim: Claim, *, not_before: datetime | None = None) -> None:
        """End the claim: done when everybody has an outcome, cancelled when the execution has ended, else waiting."""

    async def postpone(self, execution_no: int, until: datetime, because: str) -> None:
        """Nothing of the execution is released before `until`; `because` is shown as what it waits for.

        Its batches keep their times: what has become late by then is paced again.
        """

    async def is_drained(self, execution_no: int) -> bool:
        """Whether no batch of the execution is open any more."""
