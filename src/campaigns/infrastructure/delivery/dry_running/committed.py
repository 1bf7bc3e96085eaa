"""What a campaign has spent and reserved, read beside those who reserve."""

from decimal import Decimal
from typing import LiteralString

from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.postgres.database import Database

_COMMITTED: LiteralString = "select committed from campaign_spending where campaign_id = %s"


class PostgresCommitted:
    """`Committed`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, campaign_id: CampaignId, tenant_id: TenantId) -> Decimal:
        async with self._database.tenant(tenant_id) as connection:
            row = await (await connection.execute(_COMMITTED, (campaign_id,))).fetchone()
        return Decimal(row[0]) if row else Decimal(0)
