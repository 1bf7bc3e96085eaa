"""Publishes the plan: one `campaign.message.queued` for each message that waits to be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, AsyncCursor

from campaigns.application.delivery.published_messages import MessageQueuedNews
from campaigns.domain.delivery.events import ExecutionStarted
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.cloud_events import CloudEvent, cloud_event
from campaigns.infrastructure.nats.message_relay import batches
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.relay import publications

FOLLOWER = "relay:plans"
_PAGE = 10_000
_RUN = "select tenant_id, campaign_id, execution_id from executions where execution_no = %s"
_NEXT = """
    select seq, user_id, variant, channel from messages
     where execution_no = %(no)s and page >= %(after)s >> 6 and seq > %(after)s order by page, seq limit %(limit)s"""


class _Run(Struct, frozen=True):
    tenant_id: str
    campaign_id: UUID
    execution_id: UUID
    execution_no: int
    position: int
    at: datetime


class PlanRelay:
    """What the follower `relay:plans` does with started executions; a crash repeats the plan under the same ids."""

    def __init__(self, publisher: BatchPublisher, output: Output, *, single: bool) -> None:
        self._publisher = publisher
        self._output = output
        self._make = publications if single else batches

    async def handle(self, cursor: AsyncCursor[Any], recorded: Sequence[Recorded]) -> None:
        for event in recorded:
            if isinstance(event.payload, ExecutionStarted):
                await self._publish_plan(cursor.connection, event, event.payload)

    async def _publish_plan(self, connection: AsyncConnection, event: Recorded, started: ExecutionStarted) -> None:
        row = await (await connection.execute(_RUN, (started.execution_no,))).fetchone()
        if row is None:  # the execution was erased since
            return
        await self._output.ensured()
        tenant_id, campaign_id, execution_id = row
        run = _Run(tenant_id, campaign_id, execution_id, started.execution_no, event.position, event.recorded_at)
        after = 0
        while lines := await self._lines(connection, run, after):
            await self._publisher.publish(self._make([_queued(run, *line) for line in lines], self._output.prefix))
            after = lines[-1][0]

    async def _lines(self, connection: AsyncConnection, run: _Run, after: int) -> list[tuple[int, str, int, int]]:
        asked = {"no": run.execution_no, "after": after, "limit": _PAGE}
        cursor = await connection.execute(_NEXT, asked, binary=True)
        return await cursor.fetchall()


def _queued(run: _Run, seq: int, user_id: str, variant: int, channel: int) -> CloudEvent:
    name = message_id(run.execution_no, seq)
    planned = CHANNELS_BY_NUMBER.get(channel)
    return cloud_event(
        id=f"{name}.queued",
        type="campaign.message.queued",
        subject=str(run.campaign_id),
        time=run.at,
        tenant_id=run.tenant_id,
        correlation_id=str(run.execution_id),
        sequence=run.position,
        data=MessageQueuedNews(
            campaign_id=run.campaign_id,
            execution_id=run.execution_id,
            message_id=name,
            user_id=user_id,
            channel=None if planned is None else planned.value,
            variant=variant if variant >= 0 else None,
            occurred_at=run.at,
        ),
    )
