"""Sends one batch: intent before effect, outcomes durable as they come, and sending never waits for the ledger.

While a few chunks are with the provider, one append at a time makes durable what became known since the last one and
what the next chunk intends. A crash therefore leaves unknown no more than the chunks in flight.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from campaigns.application.delivery.ledger import Claim, Intent, PlannedMessage, Report
from campaigns.application.delivery.permits import Hold, Permit
from campaigns.application.delivery.ports import ProviderAwayError
from campaigns.application.delivery.sending.attempts import Attempt, Result, merged, report_of
from campaigns.application.delivery.sending.budgeting import cost_of, dearer
from campaigns.application.delivery.sending.chunks import ChunkSize
from campaigns.application.delivery.sending.desk import Desk
from campaigns.application.delivery.sending.handing_over import People, SuppressedOn, hand_over, held_back
from campaigns.application.delivery.sending.journal import Journal, intent_of
from campaigns.application.delivery.sending.wanting import wanted_of
from campaigns.domain.delivery.numbers import FactKind

_TICK = 0.5  # seconds between looks at whether the execution may still send, while providers or retries take long


class BatchRun:
    """One claim being worked on. Afterwards `away` tells that a provider could not be reached, `hold` that nothing more
    may leave for now.
    """

    def __init__(
        self, claim: Claim, desk: Desk, journal: Journal, *, people: People, size: ChunkSize, stopping: asyncio.Event
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._people = people
        self._size = size
        self._stopping = stopping
        self._fresh: deque[PlannedMessage] = deque()
        self._again: list[tuple[float, Attempt]] = []
        self._known: list[Report] = []
        self._in_flight: set[asyncio.Task[None]] = set()
        self._may_send = claim.may_send
        self._failure: BaseException | None = None
        self.away: ProviderAwayError | None = None
        self.hold: Hold | None = None

    async def send(self, plan: Sequence[PlannedMessage], again: Sequence[Attempt]) -> None:
        """Send the plan's messages, then try again what was refused for now. LeaseLostError."""
        self._fresh.extend(plan)
        self._again = [(0.0, attempt) for attempt in again]
        try:
            while self._has_work() and self._failure is None:
                await self._step()
        finally:
            await asyncio.gather(*self._in_flight, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    def _has_work(self) -> bool:
        return bool(self._in_flight or self._known or (self._sends_on() and (self._fresh or self._again_soon())))

    def _again_soon(self) -> bool:
        return any(at <= time.monotonic() + self._desk.policy.patience for at, _ in self._again)

    @property
    def rest(self) -> float:
        """Seconds that the batch should be left alone: what comes again is of no use before."""
        waits = [at - time.monotonic() for at, _ in self._again] if self._sends_on() else []
        return max(0.0, *waits) if waits else 0.0

    def _sends_on(self) -> bool:
        return self._may_send and self.away is None and self.hold is None and not self._stopping.is_set()

    async def _step(self) -> None:
        attempts = self._next_chunk() if self._sends_on() else []
        if attempts:
            await self._begin(attempts)
        elif self._known:
            await self._append(None)
        elif not await self._something_happened():
            await self._append(Intent())  # keeps the lease, and sees a pause

    def _next_chunk(self) -> list[Attempt]:
        if len(self._in_flight) >= self._desk.policy.chunks_in_flight:
            return []
        if self._fresh:
            count = min(self._size.next(), len(self._fresh))
            return [Attempt(m, m.channel) for m in (self._fresh.popleft() for _ in range(count))]
        now = time.monotonic()
        due = [(at, attempt) for at, attempt in self._again if at <= now][: self._size.next()]
        for item in due:
            self._again.remove(item)
        return sorted((attempt for _, attempt in due), key=lambda attempt: attempt.seq)

    async def _begin(self, attempts: Sequence[Attempt]) -> None:
        """Get a permit, record the intent for as many together with all that is known, then start."""
        permit = await self._journal.permit(wanted_of(attempts, self._people, self._desk))
        self._put_back(attempts[permit.count :])
        self.hold = permit.hold
        permitted = attempts[: permit.count]
        if permitted and await self._affords(permitted) and await self._append(intent_of(permitted)):
            suppressed = await self._journal.suppressed(permitted)
            task = asyncio.create_task(self._hand_over(permitted, suppressed, permit))
            self._in_flight.add(task)
            task.add_done_callback(self._ended)

    def _put_back(self, attempts: Sequence[Attempt]) -> None:
        self._fresh.extendleft(attempt.message for attempt in reversed(attempts) if attempt.kind is None)
        self._again += [(0.0, attempt) for attempt in attempts if attempt.kind is not None]

    async def _affords(self, attempts: Sequence[Attempt]) -> bool:
        """Falling back to a dearer channel may be beyond the budget; what is not affordable stays deferred."""
        self._may_send = await self._journal.affords(dearer(attempts, self._desk), self._desk.brief.budget)
        return self._may_send

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._failure = self._failure or task.exception()

    async def _append(self, intent: Intent | None) -> bool:
        report = merged(self._known) if self._known else Report()
        self._known = []
        granted = await self._journal.append(report, intent)
        self._may_send = self._may_send and granted
        return granted

    async def _hand_over(self, attempts: Sequence[Attempt], suppressed: SuppressedOn, permit: Permit) -> None:
        started = time.monotonic()
        if started >= permit.good_until:
            handed = held_back(attempts, "the permit ran out before it could be used")
        else:
            handed = await hand_over(attempts, self._people, suppressed, self._desk)
            self._size.took(len(attempts), time.monotonic() - started)
        if handed.away is not None:
            self.away = handed.away
            self._size.start_small()
        self._again += [(self._due(result), result.next) for result in handed.results if result.next]
        cost = cost_of(attempts, handed.results, self._desk)
        self._known.append(report_of(attempts, handed.results, handed.provider_ids, cost))

    def _due(self, result: Result) -> float:
        wait = self._desk.policy.retry.wait_after(result.attempt.tries, self._desk.chance())
        falls_back = result.next is not None and result.next.kind is FactKind.FELL_BACK
        return time.monotonic() + (0.0 if falls_back or wait is None else max(wait, result.wait))

    def _until_next_retry(self) -> float:
        if not self._again or not self._sends_on() or len(self._in_flight) >= self._desk.policy.chunks_in_flight:
            return _TICK
        return max(0.0, min(_TICK, min(at for at, _ in self._again) - time.monotonic()))

    async def _something_happened(self) -> bool:
        """Wait for a chunk, the next retry or the stop; False after a tick without any."""
        stop = asyncio.create_task(self._stopping.wait())
        pause = self._until_next_retry()
        waiting = self._in_flight | ({stop} if not self._stopping.is_set() else set())
        done, _ = await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        return bool(done) or pause < _TICK
