"""Tells the world which messages were an erased person's, in the transaction that ends the erasure."""

from collections import defaultdict
from datetime import datetime
from typing import LiteralString
from uuid import uuid5

from psycopg import AsyncConnection

from campaigns.application.audience.erasing import Erasure
from campaigns.application.shared.context import Caller
from campaigns.domain.audience.erased_person import ErasedPerson, evolve, tell
from campaigns.domain.audience.erasure import pseudonym
from campaigns.domain.audience.errors import ErasureNotFoundError
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.shared.ids import CampaignId
from campaigns.infrastructure.audience.topics import TOPICS
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.store import EventStore

# Who was held out or skipped by the plan (below 1) got no message, and no event ever named them.
_MESSAGES: LiteralString = """
select e.campaign_id, m.execution_no, m.seq
  from erased_messages m join executions e on e.execution_no = m.execution_no
 where m.tenant_id = %s and m.pseudonym = %s and m.seq > 0
 order by m.execution_no, m.seq"""


class ErasureNews:
    """What was told once is not told again, however often the same person is erased."""

    def __init__(self, log: EventLog) -> None:
        self._people: EventStore[ErasedPerson] = EventStore(log, TOPICS, ErasedPerson, evolve, ErasureNotFoundError)

    async def tell(self, connection: AsyncConnection, erasure: Erasure, now: datetime) -> None:
        """Every other writer of the log waits from here to the commit: the last statement of its transaction."""
        messages = await _messages(connection, erasure)
        if not messages:
            return
        caller = _caller(erasure)
        before = await self._told(erasure, caller)
        told = before.told if before else frozenset()
        events = tell(erasure.id, erasure.tenant_id, messages, told, at=now, by=erasure.requested_by)
        if events:
            await self._people.append_within(connection, before, events, caller)

    async def _told(self, erasure: Erasure, caller: Caller) -> ErasedPerson | None:
        try:
            return await self._people.load(erasure.id, caller, fresh=True)
        except ErasureNotFoundError:
            return None


async def _messages(connection: AsyncConnection, erasure: Erasure) -> dict[CampaignId, list[str]]:
    rows = await connection.execute(_MESSAGES, (erasure.tenant_id, pseudonym(erasure.id)))
    found = defaultdict[CampaignId, list[str]](list)
    for campaign_id, execution_no, seq in await rows.fetchall():
        found[CampaignId(campaign_id)].append(message_id(execution_no, seq))
    return found


def _caller(erasure: Erasure) -> Caller:
    return Caller(
        tenant_id=erasure.tenant_id,
        principal=erasure.requested_by,
        scopes=frozenset(),
        command_id=uuid5(erasure.id, "told"),
        correlation_id=str(erasure.id),
    )
