"""From a message back to its person."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from campaigns.application.analytics.ports import MessageOwner
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.postgres.database import Database

_OWNER = """
    select e.tenant_id, e.campaign_id, m.user_id, m.channel
      from executions e cross join lateral message_at(e.execution_no, %(seq)s) m
     where e.execution_no = %(no)s and m.user_id is not null"""


_OWNERS = """
    select asked.execution_no, asked.seq, e.tenant_id, e.campaign_id, m.user_id, m.channel
      from unnest(%s::integer[], %s::integer[]) as asked (execution_no, seq)
      join executions e on e.execution_no = asked.execution_no
     cross join lateral message_at(asked.execution_no, asked.seq) m
     where m.user_id is not null"""


class PostgresMessageOwners:
    """`MessageOwners` over plan and executions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        async with self._database.system() as connection:
            row = await (await connection.execute(_OWNER, {"no": execution_no, "seq": seq})).fetchone()
        if row is None:
            return None
        return _owner(*row)

    async def of_all(self, messages: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], MessageOwner]:
        asked = ([number for number, _ in messages], [seq for _, seq in messages])
        async with self._database.system() as connection:
            rows = await (await connection.execute(_OWNERS, asked)).fetchall()
        return {(number, seq): _owner(*owner) for number, seq, *owner in rows}


def _owner(tenant_id: str, campaign_id: UUID, user_id: str, channel: int) -> MessageOwner:
    return MessageOwner(
        tenant_id=TenantId(tenant_id),
        campaign_id=CampaignId(campaign_id),
        user_id=user_id,
        channel=CHANNELS_BY_NUMBER.get(channel),
    )
