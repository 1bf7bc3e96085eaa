"""From a message back to its person."""

from campaigns.application.analytics.ports import MessageOwner
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.postgres.database import Database

_OWNER = """
    select e.tenant_id, e.campaign_id, m.user_id, m.channel
      from messages m join executions e using (execution_no)
     where m.execution_no = %s and m.seq = %s"""


class PostgresMessageOwners:
    """`MessageOwners` over plan and executions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        async with self._database.system() as connection:
            row = await (await connection.execute(_OWNER, (execution_no, seq))).fetchone()
        if row is None:
            return None
        tenant_id, campaign_id, user_id, channel = row
        return MessageOwner(
            tenant_id=TenantId(tenant_id),
            campaign_id=CampaignId(campaign_id),
            user_id=user_id,
            channel=CHANNELS_BY_NUMBER.get(channel),
        )
