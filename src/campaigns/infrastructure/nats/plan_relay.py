"""Publishes the plan: one `campaign.message.queued` for each message that waits to be sent."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, AsyncCursor

from campaigns.application.delivery.published_messages import MessageQueuedNews
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.domain.delivery.events import ExecutionStarted
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.cloud_events import cloud_event
from campaigns.infrastructure.nats.encoded_events import batches, one_by_one
from campaigns.infrastructure.nats.event_template import MARKED_SEQ, EventTemplates
from campaigns.infrastructure.nats.named_variants import Variants, as_planned, told_variant, variants_of
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.plan_pages import Planned, next_pages

FOLLOWER = "relay:plans"
_PAGES = 160
_RUN = "select tenant_id, campaign_id, execution_id from executions where execution_no = %s"


class _Run(Struct, frozen=True):
    tenant_id: str
    campaign_id: UUID
    execution_id: UUID
    execution_no: int
    position: int
    at: datetime
    variants: Variants


class PlanRelay:
    """What the follower `relay:plans` does with started executions; a crash repeats the plan under the same ids."""

    def __init__(self, publisher: BatchPublisher, output: Output, *, single: bool) -> None:
        self._publisher = publisher
        self._output = output
        self._make = one_by_one if single else batches

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
        number, variants = started.execution_no, await variants_of(connection, [started.execution_no])
        run = _Run(
            tenant_id, campaign_id, execution_id, number, event.position, event.recorded_at, as_planned(variants)
        )
        templates, page = EventTemplates(run.execution_no, partial(_queued, run)), 0
        while pages := await next_pages(connection, run.execution_no, page, _PAGES):
            events = [templates.told(planned) for page in pages for planned in page.people(1, MARKED_SEQ)]
            await self._publisher.publish(self._make(events, self._output.prefix))
            page = pages[-1].page + 1


def _queued(run: _Run, planned: Planned) -> CloudEvent:
    name = message_id(run.execution_no, planned.seq)
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
            user_id=planned.user_id,
            channel=CHANNELS_BY_NUMBER.get(planned.channel),
            occurred_at=run.at,
            **told_variant(run.variants, run.execution_no, planned.variant),
        ),
    )
