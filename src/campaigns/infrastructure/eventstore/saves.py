"""What waits for the writer: one caller's events and claims, and the promise of an answer."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic

from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.mapper import StoredRecord

Outcome = int | Exception
"""The position of the last event, or why nothing was recorded."""

NO_CLAIMS = Claims()


@dataclass(frozen=True, slots=True, eq=False)
class Save:
    """`answer` gets the position of the last event; after `deadline` (monotonic) it is not tried again."""

    records: Sequence[StoredRecord]
    claims: Claims
    deadline: float
    answer: "Future[int]" = field(default_factory=Future)

    @property
    def has_claims(self) -> bool:
        return self.claims is not NO_CLAIMS and self.claims != NO_CLAIMS

    @property
    def is_late(self) -> bool:
        return monotonic() > self.deadline

    def settle(self, outcome: Outcome) -> None:
        if not self.answer.set_running_or_notify_cancel():
            return  # the caller went away; what is stored stays stored
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)
