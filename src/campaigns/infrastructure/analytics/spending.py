"""What each person of a campaign spent in all, summed for those with messages and for those held out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from campaigns.application.analytics.added import Sides
from campaigns.application.shared.context import Caller
from campaigns.domain.experiment.arms import Arm, Revenue
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.platform.fresh import Fresh
from campaigns.infrastructure.postgres.database import Database

# People of archived executions have left the ledger: neither they nor what they spent counts here. A fact that was told
# twice counts once. As the system: row-level security lets no look at a plan use the number of its page.
_PEOPLE: LiteralString = """
select coalesce((select sum(f.uniques) from campaign_metrics f join metric_generations on generation = active
                   join executions e on e.execution_no = f.execution_no and e.archived_at is null
                  where f.campaign_id = %(campaign)s and f.kind = 'sent'), 0)::bigint,
       coalesce((select sum(holdout) from executions
                  where campaign_id = %(campaign)s and archived_at is null), 0)::bigint"""
_SPENT: LiteralString = """
with told as (
  select distinct f.execution_no, f.seq, f.source_event_id, f.detail->>'currency' as currency,
         credited_amount(f.detail) as amount
    from executions e join message_facts f on f.execution_no = e.execution_no and f.kind = 22 and f.detail ? 'currency'
   where e.tenant_id = %(tenant)s and e.campaign_id = %(campaign)s and e.archived_at is null
), spent as (
  select execution_no, seq, currency, sum(amount) as amount from told
   where amount is not null group by execution_no, seq, currency)
select currency, seq < 0, count(*), sum(amount), sum(amount * amount)
  from spent
 where seq > 0 or exists (select from message_at(execution_no, seq) planned where planned.reason = %(holdout)s)
 group by 1, 2"""
_SECONDS = 1.0
_Side = tuple[int, Revenue]


class PostgresSpending:
    """`Spending`, at most a second old: however many look, the orders are summed once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Fresh[tuple[TenantId, UUID], Mapping[str, Sides]] = Fresh(_SECONDS)

    async def of(self, campaign_id: UUID, caller: Caller) -> Mapping[str, Sides]:
        return await self._known.get((caller.tenant_id, campaign_id), lambda _: self._read(campaign_id, caller))

    async def _read(self, campaign_id: UUID, caller: Caller) -> Mapping[str, Sides]:
        asked = {"tenant": caller.tenant_id, "campaign": campaign_id, "holdout": int(SkipReason.HOLDOUT)}
        async with self._database.tenant(caller.tenant_id) as connection:
            row = await (await connection.execute(_PEOPLE, asked)).fetchone()
        async with self._database.system() as connection:
            spent = await (await connection.execute(_SPENT, asked)).fetchall()
        treated, held_out = row or (0, 0)
        found: dict[tuple[str, bool], _Side] = {
            (currency, is_held_out): (payers, Revenue(total=Decimal(total), squares=Decimal(squares)))
            for currency, is_held_out, payers, total, squares in spent
        }
        return {
            currency: Sides(
                treated=_arm(treated, found.get((currency, False))),
                held_out=_arm(held_out, found.get((currency, True))),
            )
            for currency in sorted({currency for currency, _ in found})
        }


def _arm(people: int, side: _Side | None) -> Arm:
    payers, revenue = side or (0, Revenue())
    return Arm(name="", people=max(people, payers), successes=payers, revenue=revenue)
