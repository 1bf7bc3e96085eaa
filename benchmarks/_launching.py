"""A tenant with many people, and everything a launch needs, over a database of the benchmark's own."""

import resource
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from msgspec.structs import replace

from campaigns.application.audience.ports import AudienceOrder, VariantShare
from campaigns.application.delivery.commands.create_execution import CreateExecution, CreateExecutionHandler
from campaigns.application.delivery.commands.plan_execution import PlanExecution, PlanExecutionHandler
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.delivery.local_hours import LocalHour
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, VariantId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.infrastructure.audience.datasets import PEOPLE, ROWS_PER_GROUP, Dataset, Datasets, Kind
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.resolution import WarehouseAudiences
from campaigns.infrastructure.audience.rules_file import FileRules
from campaigns.infrastructure.audience.segments import EventSourcedSegments
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts
from campaigns.infrastructure.delivery.executions import PostgresExecutions
from campaigns.infrastructure.delivery.plan_decisions import PlanDecisions
from campaigns.infrastructure.delivery.plans import PostgresPlans
from campaigns.infrastructure.delivery.topics import TOPICS
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock, TimeOrderedIds

TENANT = TenantId("acme")
CONTENT = Content(subject="Hello", body_text="Hello {{ email }}", sender_name="Acme", sender_email="news@acme.example")
CAMPAIGN = CampaignId(uuid.UUID(int=7))
DEFINITION = AudienceDefinition(
    include=(Source(criteria={"field": "country", "operator": "in", "value": ["DE", "FR", "KZ"]}),),
    exclude=(Source(criteria={"field": "orders", "operator": "greater_than", "value": 95}),),
)
SHARES = (VariantShare(allocation=Decimal(50)), VariantShare(allocation=Decimal(50)))


SHORT_IDS = "'u' || lpad(n::varchar, 9, '0')"
LONG_IDS = "'00000000-0000-7000-8000-' || lpad(n::varchar, 12, '0')"


def make_people(folder: Path, count: int, ids: str = SHORT_IDS, zones: Sequence[str] = ()) -> Datasets:
    """`count` people of whom about 72 % are meant by DEFINITION; with `zones`, all over them."""
    zoned = f", ({list(zones)})[1 + (hash(n + 2) % {len(zones)})::int] as timezone" if zones else ""
    datasets = Datasets(folder)
    target = datasets.folder(TENANT, PEOPLE)
    target.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"""copy (select {ids} as user_id, 'p' || n || '@people.example' as email,
                  (['DE', 'FR', 'KZ', 'US'])[1 + (hash(n) % 4)::int] as country,
                  (hash(n + 1) % 100)::bigint as orders{zoned}
                  from range({count}) t (n) order by user_id)
                to '{target}/1.parquet' (format parquet, row_group_size {ROWS_PER_GROUP})"""
        )
    columns = {"user_id": Kind.TEXT, "email": Kind.TEXT, "country": Kind.TEXT, "orders": Kind.INTEGER}
    columns |= {"timezone": Kind.TEXT} if zones else {}
    datasets.switch(TENANT, PEOPLE, Dataset(file="1.parquet", rows=count, columns=columns))
    return datasets


def suppress(url: str, count: int, every: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(
            "insert into suppressions select %s, 'u' || lpad((n * %s)::text, 9, '0'), 'email', 3,"
            " 'bench', 'bench', now() from generate_series(0, %s - 1) n",
            (TENANT, every, count),
        )


class Resolving:
    """`Audiences` for DEFINITION, under whatever caps are set."""

    def __init__(self, resolver: WarehouseAudiences) -> None:
        self._resolver = resolver
        self.caps: tuple[FrequencyCap, ...] = ()

    async def resolve(self, brief: Brief, _caller: Caller) -> AsyncIterator[Any]:
        order = AudienceOrder(
            tenant_id=TENANT,
            campaign_id=brief.campaign_id,
            definition=DEFINITION,
            channels=(ChannelType.EMAIL,),
            now=datetime.now(UTC),
            variants=SHARES,
            holdout_percentage=Decimal(5),
            frequency_caps=self.caps,
            with_zones=brief.local_hour is not None,
        )
        async with self._resolver.resolve(order) as resolution:
            async for batch in resolution.batches():
                yield batch


class OneBrief:
    def __init__(self, content: Content = CONTENT) -> None:
        self._content = content
        self.local_hour: LocalHour | None = None

    async def of(
        self,
        campaign_id: CampaignId,
        starts_at: datetime,
        caller: Caller,
        planned_for: datetime | None = None,  # noqa: ARG002 - launches here are by hand
    ) -> Brief:
        variants = tuple(
            BriefVariant(variant_id=VariantId(uuid.UUID(int=n)), name=name, allocation=50)
            for n, name in enumerate("AB")
        )
        email = Channel(channel_type=ChannelType.EMAIL, content=self._content)
        brief = Brief(
            tenant_id=caller.tenant_id,
            campaign_id=campaign_id,
            campaign_name="Spring",
            starts_at=starts_at,
            variants=variants,
            channels=(email,),
        )
        return replace(brief, holdout_percentage=5, local_hour=self.local_hour)


class Unlimited:
    async def of(self, _caller: Caller) -> int:
        return 100_000_000


class Launcher:
    """`launch` does what the scheduler does for one pending execution."""

    def __init__(self, url: str, datasets: Datasets, scratch: Path, content: Content = CONTENT) -> None:
        self.briefs = OneBrief(content)
        self.clock, self.ids = SystemClock(), TimeOrderedIds()
        self.database, self.log = Database(url), EventLog(url, self.clock)
        store: EventStore[Execution] = EventStore(self.log, TOPICS, Execution, evolve, ExecutionNotFoundError)
        self.executions = PostgresExecutions(store, self.database)
        limits = EngineLimits(scratch=scratch)
        warehouse = DuckDbWarehouse(datasets, limits)
        rules = FileRules(scratch / "rules.json", self.clock)
        suppressions = PostgresSuppressions(self.database)
        contacts = PostgresRecentContacts(self.database)
        resolver = WarehouseAudiences(
            warehouse,
            SharedAddresses(warehouse, limits),
            EventSourcedSegments(self.log),
            suppressions,
            rules,
            contacts=contacts,
        )
        self.resolving = Resolving(resolver)
        self.decisions = PlanDecisions(self.resolving, Unlimited(), scratch)
        self.plans = PostgresPlans(self.database, store, self.decisions)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Launcher"]:
        async with self.database, self.log:
            yield self

    async def launch(self) -> Execution:
        execution_id = ExecutionId(self.ids.new())
        create = CreateExecution(
            caller=self.caller(),
            execution_id=execution_id,
            campaign_id=CAMPAIGN,
            kind=ExecutionKind.MANUAL,
            planned_for=self.clock.now(),
        )
        await CreateExecutionHandler(self.executions, self.clock)(create)
        plan = PlanExecution(caller=self.caller(), execution_id=execution_id)
        await PlanExecutionHandler(self.executions, self.briefs, self.plans, self.clock)(plan)
        return await self.executions.get(execution_id, self.caller())

    def caller(self) -> Caller:
        name = self.ids.new()
        return Caller(
            tenant_id=TENANT, principal="bench", scopes=frozenset(Scope), command_id=name, correlation_id=str(name)
        )


def peak_rss_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
