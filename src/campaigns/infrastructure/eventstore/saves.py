"""What waits for the writer: one caller's events and claims, and the promise of an answer."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
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
    answer: "Future[int] | asyncio.Future[int]"

    @property
    def has_claims(self) -> bool:
        return self.claims is not NO_CLAIMS and self.claims != NO_CLAIMS

    @property
    def is_late(self) -> bool:
        return monotonic() > self.deadline


def settle(settled: Iterable[tuple[Save, Outcome]]) -> None:
    """Give each save its outcome, from the writer's thread; each event loop is woken once for all that wait in it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], Outcome]]] = defaultdict(list)
    for save, outcome in settled:
        if isinstance(save.answer, asyncio.Future):
            by_loop[save.answer.get_loop()].append((save.answer, outcome))
        elif save.answer.set_running_or_notify_cancel():
            _set(save.answer, outcome)
    for loop, answers in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more, what is stored is stored
            loop.call_soon_threadsafe(_set_all, answers)


def _set_all(answers: Iterable[tuple["asyncio.Future[int]", Outcome]]) -> None:
    for answer, outcome in answers:
        if not answer.done():  # the caller went away
            _set(answer, outcome)


def _set(answer: "Future[int] | asyncio.Future[int]", outcome: Outcome) -> None:
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
