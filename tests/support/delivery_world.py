"""Delivery put together over a real database, with a provider that counts and an audience that tests choose."""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pyarrow as pa
from prometheus_client import CollectorRegistry
from tests.support.waiting import until_async

from campaigns.application.delivery.catalogue import COMMANDS
from campaigns.application.delivery.commands.cancel_execution import CancelExecution
from campaigns.application.delivery.commands.complete_execution import CompleteExecution
from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.application.delivery.commands.fail_execution import FailExecution
from campaigns.application.delivery.commands.pace_execution_again import PaceExecutionAgain
from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.plan_execution import PlanExecution
from campaigns.application.delivery.commands.resend_uncertain import ResendUncertain
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.commands.settle_test import SettleTest
from campaigns.application.delivery.guarding import GuardrailWatch
from campaigns.application.delivery.ports import (
    Handover,
    OutgoingMessage,
    Recipient,
    Renderer,
    Sender,
    Trouble,
    Unrenderable,
)
from campaigns.application.delivery.scheduling import DeliveryScheduler
from campaigns.application.delivery.sending.desk import Books, SendingPolicy
from campaigns.application.delivery.sending.desks import Desks
from campaigns.application.delivery.sending.executive import Executive
from campaigns.application.delivery.sending.worker import Worker
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.retrying import decided_again
from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.warming import Allowance
from campaigns.domain.platform.limits import TenantLimits
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId
from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.delivery.executions import PostgresExecutions
from campaigns.infrastructure.delivery.guarded_runs import PostgresGuardedRuns
from campaigns.infrastructure.delivery.ledger import PostgresLedger
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.meters import PostgresMeters
from campaigns.infrastructure.delivery.limits.permits import PostgresPermits
from campaigns.infrastructure.delivery.plan_decisions import PlanDecisions
from campaigns.infrastructure.delivery.plans import PostgresPlans
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.spending import PostgresSpending
from campaigns.infrastructure.delivery.topics import TOPICS
from campaigns.infrastructure.delivery.waiting_work import PostgresWaitingWork
from campaigns.infrastructure.eventstore import EventLog, News
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock, TimeOrderedIds
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.trigger.answered_events import PostgresAnsweredEvents

ACME = TenantId("acme")
EMAIL, SMS = ChannelType.EMAIL, ChannelType.SMS

RUNS = (
    CancelExecution,
    CompleteExecution,
    CreateExecution,
    FailExecution,
    PaceExecutionAgain,
    PauseExecution,
    PlanExecution,
    ResendUncertain,
    ResumeExecution,
    SettleTest,
)
"""The commands about executions."""

Person = tuple[str, int, int, int]
"""user id, variant, channel, reason"""


def people(count: int, *, holdout: int = 0) -> list[Person]:
    """`count` to be mailed, then `holdout` in the holdout, ids ascending."""
    mailed = [(f"u{n:08d}", -1, 0, 0) for n in range(count)]
    return mailed + [(f"v{n:08d}", -1, -1, 1) for n in range(holdout)]


def arrow(persons: Sequence[Person], size: int = 4096) -> list[pa.RecordBatch]:
    kinds = {"user_id": pa.string(), "variant": pa.int16(), "channel": pa.int16(), "reason": pa.int16()}
    columns = list(zip(*persons, strict=True)) or [()] * 4
    whole = pa.table(
        {name: pa.array(column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)}
    )
    return whole.to_batches(size)


class ChosenAudience:
    def __init__(self, batches: Sequence[pa.RecordBatch]) -> None:
        self.batches = batches

    async def resolve(self, brief: Brief, caller: Caller) -> AsyncIterator[Any]:
        for batch in self.batches:
            yield batch


class ChosenBriefs:
    def __init__(self, brief: Brief) -> None:
        self.brief = brief

    async def of(
        self, campaign_id: CampaignId, starts_at: datetime, caller: Caller, planned_for: datetime | None = None
    ) -> Brief:
        return msgspec.structs.replace(self.brief, campaign_id=campaign_id, starts_at=starts_at)


class AnyLimit:
    def __init__(self, largest: int) -> None:
        self.largest = largest

    async def of(self, caller: Caller) -> int:
        return self.largest


class NoTenantLimits:
    async def of(self, caller: Caller) -> TenantLimits:
        return TenantLimits()

    async def of_tenant(self, tenant_id: TenantId) -> TenantLimits:
        return TenantLimits()


class AddressedProfiles:
    async def of(self, tenant_id: TenantId, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        return {u: {"user_id": u, "email": f"{u}@people.example", "phone": "+3312345"} for u in user_ids}


class PlainContent:
    def render(
        self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]
    ) -> Sequence[OutgoingMessage | Unrenderable]:
        return [
            OutgoingMessage(r.seq, message_id(execution_no, r.seq), r.user_id, r.address, r.variant, b"hello")
            for r in recipients
        ]

    def sender_of(self, channel: ChannelType, variant: int, profile: Mapping[str, Any]) -> str:
        return ""

    def take_gaps(self) -> Mapping[str, int]:
        return {}


class PlainRenderer:
    async def prepare(self, brief: Brief, execution_no: int) -> PlainContent:
        return PlainContent()


Answer = Callable[[Sequence[OutgoingMessage]], Coroutine[Any, Any, Handover]]


class CountingSender:
    """Counts what arrives, by message id; `answer` may say something else than yes, or fail."""

    provider = "counting"
    max_chunk = 1000

    def __init__(self, *, idempotent: bool = False, seconds: float = 0.0) -> None:
        self.idempotent = idempotent
        self.seconds = seconds
        self.arrived: dict[str, int] = {}
        self.people: list[str] = []
        self.answer: Answer = self.accept
        self.known: Mapping[str, bool] | None = None
        self.closed = False

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return await self.answer(messages)

    async def accept(self, messages: Sequence[OutgoingMessage]) -> Handover:
        self.count(messages)
        return Handover(accepted=len(messages))

    def count(self, messages: Sequence[OutgoingMessage]) -> None:
        for message in messages:
            self.arrived[message.message_id] = self.arrived.get(message.message_id, 0) + 1
            self.people.append(message.user_id)

    async def refuse(self, messages: Sequence[OutgoingMessage], refused: Mapping[int, Trouble]) -> Handover:
        """Accept all but these seqs."""
        troubles = {m.seq: refused[m.seq] for m in messages if m.seq in refused}
        self.count([m for m in messages if m.seq not in troubles])
        return Handover(accepted=len(messages) - len(troubles), troubles=troubles)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return self.known

    async def close(self) -> None:
        self.closed = True


class OneSenderPerChannel:
    def __init__(self, senders: Mapping[ChannelType, Sender]) -> None:
        self.senders = senders

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        return self.senders.get(channel)

    async def close(self) -> None:
        for sender in self.senders.values():
            await sender.close()


FAST_POLICY = SendingPolicy(chunk_seconds=0.02, lease_seconds=60.0)


class World:
    """One tenant's delivery; `sender` takes the mails, `texts` the texts."""

    def __init__(
        self,
        url: str,
        policy: SendingPolicy = FAST_POLICY,
        largest: int = 2_000_000,
        book: LimitBook | None = None,
    ) -> None:
        self.url = url
        self.policy = policy
        self.clock, self.ids = SystemClock(), TimeOrderedIds()
        self.database = Database(url)
        self.log = EventLog(url, self.clock)
        store: EventStore[Execution] = EventStore(self.log, TOPICS, Execution, evolve, ExecutionNotFoundError)
        self.executions = PostgresExecutions(store, self.database)
        self.audience = ChosenAudience([])
        email = Channel(channel_type=EMAIL, content=Content(subject="Hi", body_text="Hi"))
        brief = Brief(
            tenant_id=ACME,
            campaign_id=CampaignId(uuid.uuid4()),
            campaign_name="Spring",
            starts_at=datetime.now(UTC),
            channels=(email,),
        )
        self.briefs = ChosenBriefs(brief)
        self.decisions = PlanDecisions(
            self.audience, AnyLimit(largest), Path(tempfile.gettempdir()) / "campaigns-clocks"
        )
        self.plans = PostgresPlans(self.database, store, self.decisions)
        self.ledger = PostgresLedger(self.database)
        self.breakers = Breakers(self.clock)
        self.permits = PostgresPermits(
            book or LimitBook((), Allowance(), {}, {}), PostgresMeters(self.database), self.breakers, NoTenantLimits()
        )
        self.sender, self.texts = CountingSender(), CountingSender()
        self.senders = OneSenderPerChannel({EMAIL: self.sender, SMS: self.texts})
        self.suppressions = PostgresSuppressions(self.database)
        self.renderer: Renderer = PlainRenderer()
        ports = {
            "executions": self.executions,
            "briefs": self.briefs,
            "plans": self.plans,
            "clock": self.clock,
        }
        handlers = {command: _made(COMMANDS[command], ports) for command in RUNS}
        self.bus = Bus(handlers, (decided_again(lambda: 0.5),))
        self.news = News(self.database)
        self.scheduler = DeliveryScheduler(PostgresWaitingWork(self.database), self.bus, self.ids, self.news)
        self.watch = GuardrailWatch(PostgresGuardedRuns(self.database), self.bus, self.clock, self.ids, self.news)
        self.instruments = Instruments(CollectorRegistry())
        self.metrics = MetricsFollower(self.database, self.instruments, self.news)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["World"]:
        async with self.database, self.log:
            yield self

    def caller(self) -> Caller:
        name = uuid.uuid4()
        return Caller(
            tenant_id=ACME, principal="test", scopes=frozenset(Scope), command_id=name, correlation_id=str(name)
        )

    def worker(self, name: str = "w", renderer: Renderer | None = None) -> Worker:
        books = Books(
            ledger=self.ledger,
            profiles=AddressedProfiles(),
            answered=PostgresAnsweredEvents(self.database),
            suppressed=self.suppressions,
            spending=PostgresSpending(self.database),
            permits=self.permits,
        )
        desks = Desks(self.ledger, renderer or self.renderer, self.senders, self.policy, lambda: 0.5)
        executive = Executive(self.bus, self.ledger, self.clock, self.ids)
        return Worker(
            name, books=books, desks=desks, executive=executive, clock=self.clock, policy=self.policy, pulse=self.news
        )

    async def create(self, persons: Sequence[Person], **changes: Any) -> Execution:
        """An execution over these people, pending; `changes` to the brief."""
        self.audience.batches = arrow(persons)
        self.briefs.brief = msgspec.structs.replace(self.briefs.brief, **changes)
        execution_id = ExecutionId(uuid.uuid4())
        command = CreateExecution(
            caller=self.caller(),
            execution_id=execution_id,
            campaign_id=CampaignId(uuid.uuid4()),
            kind=ExecutionKind.MANUAL,
            planned_for=datetime.now(UTC) - timedelta(seconds=1),
        )
        await self.bus(command)
        return await self.get(execution_id)

    async def plan(self, persons: Sequence[Person], **changes: Any) -> Execution:
        execution = await self.create(persons, **changes)
        await self.scheduler.plan_due()
        return await self.get(execution.id)

    async def get(self, execution_id: ExecutionId) -> Execution:
        return await self.executions.get(execution_id, self.caller())

    async def accounting(self, execution: Execution) -> Accounting:
        return await self.executions.accounting(execution.id, ACME)

    async def work(self, until: Callable[[], Coroutine[Any, Any, bool]], workers: int = 1) -> None:
        """Let workers and the scheduler run until something holds."""
        stopping = asyncio.Event()
        running = [asyncio.create_task(self.worker(f"w{n}").run(stopping)) for n in range(workers)]
        running += [asyncio.create_task(self.scheduler.run(stopping)), asyncio.create_task(self.watch.run(stopping))]
        try:
            await until_async(until)
        finally:
            stopping.set()
            await asyncio.gather(*running)

    async def work_off(self, execution: Execution, **how: Any) -> Accounting:
        """Until the execution has ended; returns its final accounting."""

        async def ended() -> bool:
            return not (await self.get(execution.id)).status.is_open

        await self.work(ended, **how)
        return await self.accounting(execution)

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            return connection.execute(statement, parameters).fetchall()  # type: ignore[arg-type]

    def states(self, execution: Execution) -> dict[str, int]:
        """How many messages the view shows in which outcome."""
        rows = self.query(
            "select outcome, count(*) from message_state where execution_no = %s group by 1", execution.execution_no
        )
        return dict(rows)


def _made(handler: type, ports: Mapping[str, Any]) -> Any:
    wanted = [name for name in handler.__init__.__annotations__ if name != "return"]
    return handler(**{name: ports[name] for name in wanted})
