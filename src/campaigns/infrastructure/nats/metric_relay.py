"""Publishes `campaign.metric.updated`: which figures of which campaigns have changed."""

import asyncio
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from campaigns.application.analytics.published import Figure, MetricUpdatedNews
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.application.shared.ports import Clock
from campaigns.domain.analytics.measures import percent
from campaigns.infrastructure.eventstore.news import News
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.cloud_events import cloud_event
from campaigns.infrastructure.nats.followed import locked_position, move_position
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.relay import publications
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.postgres.database import Database

FOLLOWER = "relay:metrics"
_EVERY_SECONDS = 2.0
_FOLDED = """
    select position from ledger_followers, metric_generations where name = 'metrics:' || active"""
_HAS_NEWS = """
    select folded.position > coalesce((select position from ledger_followers where name = %s), -1)
      from ledger_followers folded, metric_generations where folded.name = 'metrics:' || active"""
_CHANGED = """
    select m.tenant_id, m.campaign_id, m.kind, sum(m.uniques)::bigint,
           sum(sum(m.uniques) filter (where m.kind = 'delivered')) over (partition by m.campaign_id)::bigint,
           sum(sum(m.uniques) filter (where m.kind = 'sent')) over (partition by m.campaign_id)::bigint
      from campaign_metrics m join metric_generations on generation = active
     where m.campaign_id in (
       select e.campaign_id from executions e where e.execution_no in (
         select execution_no from message_facts where append_no > %(after)s and append_no <= %(to)s
         union select execution_no from message_ranges where append_no > %(after)s and append_no <= %(to)s))
     group by m.tenant_id, m.campaign_id, m.kind order by m.campaign_id, m.kind"""
_OF_SENT = frozenset({"delivered", "bounced_hard", "bounced_soft"})
_OF_DELIVERED = frozenset({"opened", "clicked", "converted", "complained", "unsubscribed", "replied"})


class MetricRelay:
    """At most every two seconds, each figure of every campaign about which something new was folded."""

    def __init__(self, database: Database, publisher: BatchPublisher, output: Output, clock: Clock, news: News) -> None:
        self._database = database
        self._publisher = publisher
        self._output = output
        self._clock = clock
        self._news = news

    async def run(self, stopping: asyncio.Event) -> None:
        async def paced() -> int:
            await self.step()
            return 0

        await repeat(paced, stopping=stopping, pulse=self._news, idle_seconds=_EVERY_SECONDS, name=FOLLOWER)

    async def step(self) -> int:
        """Publish what changed since the last time; how many figures."""
        await self._output.ensured()
        if not await self._has_news():
            return 0
        async with self._database.system() as connection:
            after = await locked_position(connection, FOLLOWER)
            row = await (await connection.execute(_FOLDED)).fetchone()
            up_to = int(row[0]) if row else 0
            if up_to <= after:
                return 0
            events = await self._events(connection, after, up_to)
            await self._publisher.publish(publications(events, self._output.prefix))
            await move_position(connection, FOLLOWER, up_to)
        return len(events)

    async def _has_news(self) -> bool:
        """One glance without a lock: to lock is to write, and most of the time nothing was folded."""
        async with self._database.system_statement() as connection:
            row = await (await connection.execute(_HAS_NEWS, (FOLLOWER,))).fetchone()
        return row is not None and bool(row[0])

    async def _events(self, connection: AsyncConnection, after: int, up_to: int) -> list[CloudEvent]:
        cursor = await connection.execute(_CHANGED, {"after": after, "to": up_to})
        return [self._event(up_to, *row) for row in await cursor.fetchall()]

    def _event(self, up_to: int, tenant_id: str, campaign_id: UUID, kind: Figure, *counts: Any) -> CloudEvent:
        count, delivered, sent = (int(number or 0) for number in counts)
        whole = sent if kind in _OF_SENT else delivered if kind in _OF_DELIVERED else 0
        rate, now = percent(count, whole), self._clock.now()
        return cloud_event(
            id=f"{campaign_id}.{kind}.{up_to}",
            type="campaign.metric.updated",
            subject=str(campaign_id),
            time=now,
            tenant_id=tenant_id,
            correlation_id=str(campaign_id),
            sequence=up_to,
            data=MetricUpdatedNews(
                campaign_id=campaign_id,
                metric_type=kind,
                count=count,
                rate=None if rate is None else float(rate),
                updated_at=now,
            ),
        )
