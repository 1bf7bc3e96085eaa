"""A worker: takes batches, sends them, gives them back; as many at once as it is told, and identical to all others."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from campaigns.application.delivery.answered_events import People, with_events
from campaigns.application.delivery.ledger import Claim, LeaseLostError
from campaigns.application.delivery.sending.attempts import Outgoing
from campaigns.application.delivery.sending.batch_run import BatchRun
from campaigns.application.delivery.sending.budgeting import afford
from campaigns.application.delivery.sending.chunks import ChunkSize
from campaigns.application.delivery.sending.desk import Books, Desk, SendingPolicy
from campaigns.application.delivery.sending.desks import Desks
from campaigns.application.delivery.sending.executive import Executive
from campaigns.application.delivery.sending.journal import Journal
from campaigns.application.delivery.sending.settling import settle
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock, Pulse
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.spending import Answer
from campaigns.domain.shared.errors import DomainError

_IDLE = 0.2  # seconds between looks for work when there was none
_PAUSE = 1.0  # seconds after a failure
_BUDGET_PAUSE = timedelta(seconds=0.5)

log = structlog.get_logger(__name__)


class Worker:
    """`name` is unique among all processes; it stands in the ledger beside what this worker holds."""

    def __init__(
        self,
        name: str,
        *,
        books: Books,
        desks: Desks,
        executive: Executive,
        clock: Clock,
        policy: SendingPolicy,
        pulse: Pulse,
    ) -> None:
        self._name = name
        self._books = books
        self._desks = desks
        self._executive = executive
        self._clock = clock
        self._policy = policy
        self._pulse = pulse
        self._sizes: dict[int, ChunkSize] = {}
        self._looking = asyncio.Lock()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; chunks that are with a provider are finished and recorded before it returns."""
        lanes = (self._lane(f"{self._name}.{number}", stopping) for number in range(self._policy.batches_at_once))
        try:
            await asyncio.gather(*lanes)
        finally:
            await self._desks.close()

    async def _lane(self, name: str, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                claim = await self._next(name, stopping)
                if claim is not None:
                    await self.work_on(claim, stopping)
                continue
            except LeaseLostError:
                log.warning("a batch was taken over by another worker", worker=name)
                continue
            except DependencyDownError as error:
                log.warning("a worker waits", dependency=error.name, detail=error.detail)
            except Exception:  # the batch comes back when its lease has run out
                log.exception("a worker failed", worker=name)
            await _sleep(_PAUSE, stopping)

    async def _next(self, name: str, stopping: asyncio.Event) -> Claim | None:
        """One lane looks for work on behalf of all: while it finds none, the others need not ask."""
        async with self._looking:
            if stopping.is_set():
                return None
            claim = await self._books.ledger.claim(name, self._policy.lease_seconds)
            if claim is None:
                await self._pulse.rest(_IDLE, stopping)
            else:
                self._pulse.stir()
            return claim

    async def work_on(self, claim: Claim, stopping: asyncio.Event) -> None:
        """Send a claimed batch, as far as it goes, and give it back. LeaseLostError, DependencyDownError."""
        try:
            desk = await self._desks.of(claim)
        except DomainError as refusal:
            await self._executive.fail(claim, refusal)
            await self._books.ledger.give_back(claim)
            return
        journal = Journal(claim, self._books, self._policy.lease_seconds, stopping)
        outgoing = await self._outgoing(claim, desk, journal)
        if claim.may_send and (await self._is_closed(claim, desk) or await self._is_too_dear(claim, desk, outgoing)):
            return
        run = await self._send(claim, desk, journal, outgoing, stopping)
        _tell_gaps(claim, desk)
        hold = run.hold or (self._executive.hold_for(run.away) if run.away else None)
        if hold is not None:
            await self._books.ledger.postpone(claim.execution_no, hold.until, hold.because)
        rest = self._clock.now() + timedelta(seconds=run.rest) if run.rest else None
        await self._books.ledger.give_back(claim, not_before=rest)
        await self._executive.complete_if_drained(claim)

    async def _outgoing(self, claim: Claim, desk: Desk, journal: Journal) -> Outgoing:
        """What an earlier claim left is recorded before anything else may happen."""
        settlement = await settle(claim, await self._books.ledger.unsettled(claim), desk)
        if not settlement.report.is_empty:
            await journal.append(settlement.report, None)
        plan = await self._books.ledger.plan(claim) if claim.may_send else ()
        return Outgoing(plan, settlement.again)

    async def _send(
        self, claim: Claim, desk: Desk, journal: Journal, outgoing: Outgoing, stopping: asyncio.Event
    ) -> BatchRun:
        ids = sorted(outgoing.user_ids())
        people = await self._people(claim, desk.brief, ids) if ids and claim.may_send else {}
        size = self._sizes.setdefault(claim.execution_no, ChunkSize(desk.chunk_seconds, self._policy.handful))
        run = BatchRun(claim, desk, journal, people=people, size=size, stopping=stopping)
        await run.send(outgoing.plan, outgoing.again)
        return run

    async def _people(self, claim: Claim, brief: Brief, user_ids: Sequence[str]) -> People:
        people = await self._books.profiles.of(claim.tenant_id, user_ids)
        if brief.gathered_for is None:
            return people
        said = await self._books.answered.of(brief.gathered_for, claim.tenant_id, user_ids)
        return with_events(people, said, user_ids)

    async def _is_closed(self, claim: Claim, desk: Desk) -> bool:
        """Outside the windows nothing leaves."""
        now = self._clock.now()
        opens = desk.brief.hours().next_open(now)
        if opens <= now:
            return False
        await self._books.ledger.postpone(claim.execution_no, opens, "the send window to open")
        await self._books.ledger.give_back(claim)
        return True

    async def _is_too_dear(self, claim: Claim, desk: Desk, outgoing: Outgoing) -> bool:
        """Beyond the budget nothing leaves; while others may give some back, it is asked for again soon."""
        answer = await afford(claim, outgoing, desk, self._books.spending)
        if answer is Answer.GRANTED:
            return False
        if answer is Answer.EXHAUSTED:
            await self._executive.pause_for_budget(claim)
        asks_again = answer is Answer.LATER or claim.resend  # a completed run is not paused by its resend
        await self._books.ledger.give_back(claim, not_before=self._clock.now() + _BUDGET_PAUSE if asks_again else None)
        return True


def _tell_gaps(claim: Claim, desk: Desk) -> None:
    """The sum over an execution's log lines is what its messages had to do without, over all workers."""
    if gaps := desk.content.take_gaps():
        log.warning(
            "messages had to do without data",
            tenant_id=claim.tenant_id,
            campaign_id=str(claim.campaign_id),
            execution_id=str(claim.execution_id),
            messages_by_variable=dict(gaps),
        )


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
