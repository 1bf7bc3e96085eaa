"""A worker: takes batches, sends them, gives them back; as many at once as it is told, and identical to all others."""

import asyncio

import structlog

from campaigns.application.delivery.ledger import Claim, LeaseLostError
from campaigns.application.delivery.sending.batch_run import BatchRun
from campaigns.application.delivery.sending.chunks import ChunkSize
from campaigns.application.delivery.sending.desk import Books, Desk, SendingPolicy
from campaigns.application.delivery.sending.desks import Desks
from campaigns.application.delivery.sending.executive import Executive
from campaigns.application.delivery.sending.journal import Journal
from campaigns.application.delivery.sending.settling import settle
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import DomainError

_IDLE = 0.2  # seconds between looks for work when there was none
_PAUSE = 1.0  # seconds after a failure

log = structlog.get_logger(__name__)


class Worker:
    """`name` is unique among all processes; it stands in the ledger beside what this worker holds."""

    def __init__(
        self, name: str, *, books: Books, desks: Desks, executive: Executive, clock: Clock, policy: SendingPolicy
    ) -> None:
        self._name = name
        self._books = books
        self._desks = desks
        self._executive = executive
        self._clock = clock
        self._policy = policy
        self._sizes: dict[int, ChunkSize] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; chunks that are with a provider are finished and recorded before it returns."""
        lanes = (self._lane(f"{self._name}.{number}", stopping) for number in range(self._policy.batches_at_once))
        try:
            await asyncio.gather(*lanes)
        finally:
            await self._desks.close()

    async def _lane(self, name: str, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            pause = _IDLE
            try:
                claim = await self._books.ledger.claim(name, self._policy.lease_seconds)
                if claim is not None:
                    await self.work_on(claim, stopping)
                    continue
            except LeaseLostError:
                log.warning("a batch was taken over by another worker", worker=name)
            except DependencyDownError as error:
                log.warning("a worker waits", dependency=error.name, detail=error.detail)
                pause = _PAUSE
            except Exception:  # the batch comes back when its lease has run out
                log.exception("a worker failed", worker=name)
                pause = _PAUSE
            await _sleep(pause, stopping)

    async def work_on(self, claim: Claim, stopping: asyncio.Event) -> None:
        """Send a claimed batch, as far as it goes, and give it back. LeaseLostError, DependencyDownError."""
        try:
            desk = await self._desks.of(claim)
        except DomainError as refusal:
            await self._executive.fail(claim, refusal)
            await self._books.ledger.give_back(claim)
            return
        if claim.may_send and await self._must_wait(claim, desk):
            return
        run = await self._send(claim, desk, stopping)
        _tell_gaps(claim, desk)
        hold = run.hold or (self._executive.hold_for(run.away) if run.away else None)
        if hold is not None:
            await self._books.ledger.postpone(claim.execution_no, hold.until, hold.because)
        await self._books.ledger.give_back(claim)
        await self._executive.complete_if_drained(claim)

    async def _send(self, claim: Claim, desk: Desk, stopping: asyncio.Event) -> BatchRun:
        journal = Journal(claim, self._books, self._policy.lease_seconds, stopping)
        settlement = await settle(claim, await self._books.ledger.unsettled(claim), desk)
        plan = await self._books.ledger.plan(claim) if claim.may_send else ()
        ids = {m.user_id for m in plan} | {attempt.message.user_id for attempt in settlement.again}
        people = await self._books.profiles.of(claim.tenant_id, sorted(ids)) if ids and claim.may_send else {}
        if not settlement.report.is_empty:
            await journal.append(settlement.report, None)
        size = self._sizes.setdefault(claim.execution_no, self._new_size())
        run = BatchRun(claim, desk, journal, people=people, size=size, stopping=stopping)
        await run.send(plan, settlement.again)
        return run

    async def _must_wait(self, claim: Claim, desk: Desk) -> bool:
        """Outside the windows, or without budget, nothing leaves."""
        now = self._clock.now()
        opens = desk.brief.hours().next_open(now)
        if opens > now:
            await self._books.ledger.postpone(claim.execution_no, opens, "the send window to open")
            await self._books.ledger.give_back(claim)
            return True
        budget = desk.brief.budget
        if budget is None or await self._books.ledger.spent(claim) <= float(budget.amount):
            return False
        await self._executive.pause_for_budget(claim)
        await self._books.ledger.give_back(claim)
        return True

    def _new_size(self) -> ChunkSize:
        return ChunkSize(self._policy.chunk_seconds, self._policy.handful)


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
