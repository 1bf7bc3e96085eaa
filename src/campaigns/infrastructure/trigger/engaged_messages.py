"""Messages, whose they are, and what is known of the hits on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.trigger.ports import ReportedEvent
from campaigns.domain.analytics.judging import Touch
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.analytics.hits import touch_of

LOST = (FactKind.FAILED, FactKind.BOUNCED, FactKind.COMPLAINED, FactKind.UNSUBSCRIBED)
_OWNED: LiteralString = """
select asked.execution_no, asked.seq, e.tenant_id, e.campaign_id, e.execution_id, m.user_id, m.channel, m.variant,
       e.brief->'variants'->(m.variant::integer)->>'name'
  from unnest(%s::integer[], %s::integer[]) as asked (execution_no, seq)
  join executions e on e.execution_no = asked.execution_no
 cross join lateral message_at(asked.execution_no, asked.seq) m
 where m.user_id is not null"""
_FACTS: LiteralString = """
select f.execution_no, f.seq, f.kind, f.at, f.append_no, f.detail
  from unnest(%s::integer[], %s::integer[]) as asked (execution_no, seq)
  join message_facts f on f.execution_no = asked.execution_no and f.seq = asked.seq"""

Key = tuple[int, int]


class Message(Struct, frozen=True):
    execution_no: int
    seq: int
    tenant_id: str
    campaign_id: UUID
    execution_id: UUID
    user_id: str
    channel: int
    variant: int
    variant_name: str | None

    def event(self, event_type: str, at: datetime, **more: str | None) -> ReportedEvent:
        """The same message and type are the same event for ever."""
        name, channel = message_id(self.execution_no, self.seq), CHANNELS_BY_NUMBER.get(self.channel)
        told = {
            "campaign_id": str(self.campaign_id),
            "execution_id": str(self.execution_id),
            "message_id": name,
            "channel": None if channel is None else channel.value,
            "variant": self.variant_name,
            **more,
        }
        return ReportedEvent(
            event_id=f"{event_type}:{name}",
            event_type=event_type,
            user_id=UserId(self.user_id),
            at=at,
            data={key: value for key, value in told.items() if value is not None},
        )


class Known(Struct):
    """What the ledger says of one message: hits in their order, when it arrived, whether it was lost or refused."""

    touches: list[Touch]
    arrived_at: datetime | None = None
    lost: bool = False


async def owned(connection: AsyncConnection, keys: Sequence[Key]) -> list[Message]:
    """Those of nobody that was erased."""
    return [Message(*row) for row in await (await connection.execute(_OWNED, _columns(keys))).fetchall()]


async def known_of(connection: AsyncConnection, keys: Sequence[Key]) -> Mapping[Key, Known]:
    found = {key: Known([]) for key in keys}
    for execution_no, seq, kind, at, append_no, detail in await (
        await connection.execute(_FACTS, _columns(keys))
    ).fetchall():
        known = found[execution_no, seq]
        if touch := touch_of(kind, at, append_no, detail):
            known.touches.append(touch)
        elif kind == FactKind.DELIVERED:
            known.arrived_at = at
        elif kind in LOST:
            known.lost = True
    return found


def _columns(keys: Sequence[Key]) -> tuple[list[int], list[int]]:
    return [number for number, _ in keys], [seq for _, seq in keys]
