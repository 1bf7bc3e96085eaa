"""The books of triggers, kept from the event log; and what delivery did with the people they were gathered for."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import AsyncCursor

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.values import Status
from campaigns.domain.delivery.events import ExecutionCancelled, ExecutionFailed, ExecutionStarted
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.infrastructure.campaign.folding import FollowedCampaigns
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.trigger.orders import listens, orders_of
from campaigns.infrastructure.trigger.settling import let_go, settle

FOLLOWER = "triggers"

_CLOSE: LiteralString = """
update trigger_books set until = %(position)s where campaign_id = %(campaign)s and until is null"""
_OPEN: LiteralString = """
insert into trigger_books (tenant_id, campaign_id, since, began_at, active, orders)
values (%(tenant)s, %(campaign)s, %(position)s, %(at)s, %(active)s, %(orders)s)"""
_CHANGED: LiteralString = """
insert into trigger_book_heads (tenant_id, position) values (%(tenant)s, %(position)s)
on conflict (tenant_id) do update set position = excluded.position"""
# Who still waits for a campaign that is over is not written to.
_END: LiteralString = """
update trigger_decisions set outcome = case when outcome in (1, 2) then %(disabled)s else outcome end, due_at = null
 where campaign_id = %(campaign)s and due_at is not null and execution_id is null"""


class TriggerBooks:
    """The `handle` of the follower `triggers`."""

    def __init__(self) -> None:
        self._campaigns = FollowedCampaigns()

    async def handle(self, cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        for recorded in events:
            match recorded.payload:
                case ExecutionStarted(execution_no=execution_no):
                    await settle(cursor, recorded.originator_id, execution_no)
                case ExecutionFailed() | ExecutionCancelled():
                    await let_go(cursor, recorded.originator_id)
                case _ if self._campaigns.concerns(recorded):
                    await self._keep(cursor, recorded, await self._campaigns.after(cursor, recorded))

    async def _keep(self, cursor: AsyncCursor[Any], recorded: Recorded, campaign: Campaign) -> None:
        row = {
            "tenant": campaign.tenant_id,
            "campaign": campaign.id,
            "position": recorded.position,
            "at": recorded.recorded_at,
            "active": campaign.status is Status.ACTIVE,
            "disabled": Outcome.DISABLED.value,
        }
        closed = (await cursor.execute(_CLOSE, row)).rowcount
        if listens(campaign):
            await cursor.execute(_OPEN, row | {"orders": msgspec.json.encode(orders_of(campaign)).decode()})
        elif closed:
            await cursor.execute(_END, row)
        if closed or listens(campaign):
            await cursor.execute(_CHANGED, row)
