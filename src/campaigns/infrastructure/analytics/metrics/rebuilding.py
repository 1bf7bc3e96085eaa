"""Figures anew from the ledger, beside the present ones, which answer until the new ones have caught up."""

from campaigns.domain.analytics.machines import MACHINE_RULES
from campaigns.infrastructure.analytics.metrics.follower import fold_next, follower_of
from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.postgres.database import Database

_PRESENT = "select active, rules from metric_generations"
_SWITCH = "update metric_generations set active = %s, rules = %s"
_ARCHIVED = "execution_no in (select execution_no from executions where archived_at is not null)"
_KEEP_METRICS = f"""
    insert into campaign_metrics
    select %s, tenant_id, campaign_id, execution_no, variant, channel, kind, hour, total, uniques, machine_total,
           machine_uniques
      from campaign_metrics where generation = %s and {_ARCHIVED}"""
_KEEP_AMOUNTS = f"""
    insert into campaign_amounts
    select %s, tenant_id, campaign_id, execution_no, variant, channel, kind, currency, hour, amount
      from campaign_amounts where generation = %s and {_ARCHIVED}"""
_LOCK = "select active from metric_generations for update"


async def rebuild_metrics(database: Database, rules: int | None = None) -> int:
    """Fold everything into the next generation and switch to it; the appends folded.

    `rules` names another version of the rules that tell people from machines; None keeps the present one.
    """
    layouts, folded = Layouts(), 0
    async with database.system() as connection:
        row = await (await connection.execute(_PRESENT)).fetchone()
    former, present_rules = (row[0], row[1]) if row else (1, 1)
    rules, following = present_rules if rules is None else rules, former + 1
    if rules not in MACHINE_RULES:
        raise ValueError(f"there are no rules {rules}; known are {sorted(MACHINE_RULES)}")
    await _forget(database, following)
    await _keep_archived(database, former, following)
    while step := await _step(database, following, rules, layouts):
        folded += step
    async with database.system() as connection:
        await connection.execute(_LOCK)  # the follower of the former generation is between two slices now
        folded += (await fold_next(connection, following, rules, layouts)).appends
        await connection.execute(_SWITCH, (following, rules))
    await _forget(database, former)
    return folded


async def _keep_archived(database: Database, former: int, following: int) -> None:
    """What was said of archived executions is not in the ledger any more: their figures stand."""
    async with database.system() as connection:
        for statement in (_KEEP_METRICS, _KEEP_AMOUNTS):
            await connection.execute(statement, (following, former))


async def _step(database: Database, generation: int, rules: int, layouts: Layouts) -> int:
    async with database.system() as connection:
        return (await fold_next(connection, generation, rules, layouts)).appends


async def _forget(database: Database, generation: int) -> None:
    async with database.system() as connection:
        for table in ("campaign_metrics", "campaign_amounts", "metric_pages"):
            await connection.execute(f"delete from {table} where generation = %s".encode(), (generation,))
        await connection.execute("delete from ledger_followers where name = %s", (follower_of(generation),))
