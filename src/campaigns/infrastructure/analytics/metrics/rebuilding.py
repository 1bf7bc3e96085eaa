"""Figures anew from the ledger, beside the present ones, which answer until the new ones have caught up."""

from collections.abc import Callable

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.analytics.rescoring import UnknownRulesError
from campaigns.domain.analytics.machines import MACHINE_RULES
from campaigns.infrastructure.analytics.metrics.follower import fold_next, follower_of
from campaigns.infrastructure.analytics.metrics.layouts import Layouts
from campaigns.infrastructure.postgres.database import Database

_PRESENT = "select active, rules from metric_generations"
_BEGIN = """
    insert into metric_candidates (generation, rules)
    select greatest(active, (select coalesce(max(generation), 0) from metric_candidates)) + 1, %s
      from metric_generations for update returning generation"""
_FOLDED = "update metric_candidates set folded_at = now(), up_to = %s where generation = %s"
_FOLDED_LAST = """
    select generation from metric_candidates where rules = %s and folded_at is not null order by 1 desc limit 1"""
_CANDIDATES = "select generation from metric_candidates"
_SWITCH = "update metric_generations set active = %s, rules = %s"
_REACHED = "select position from ledger_followers where name = %s"
_ARCHIVED = "execution_no in (select execution_no from executions where archived_at is not null)"
_KEEP_METRICS = f"""
    insert into campaign_metrics (generation, tenant_id, campaign_id, execution_no, variant, channel, segments, kind,
           hour, total, uniques, machine_total, machine_uniques)
    select %s, tenant_id, campaign_id, execution_no, variant, channel, segments, kind, hour, total, uniques,
           machine_total, machine_uniques
      from campaign_metrics where generation = %s and {_ARCHIVED}"""
_KEEP_AMOUNTS = f"""
    insert into campaign_amounts (generation, tenant_id, campaign_id, execution_no, variant, channel, segments, kind,
           currency, hour, amount)
    select %s, tenant_id, campaign_id, execution_no, variant, channel, segments, kind, currency, hour, amount
      from campaign_amounts where generation = %s and {_ARCHIVED}"""
_LOCK = "select active from metric_generations for update"

Progress = Callable[[int], None]
"""Told how many appends were folded so far."""


class Refolded(Struct, frozen=True):
    """A generation that holds all figures anew, under these rules."""

    generation: int
    rules: int
    appends: int


async def rebuild_metrics(database: Database, rules: int | None = None) -> int:
    """Fold everything into another generation and switch to it; the appends folded.

    `rules` names another version of the rules that tell people from machines; None keeps the present one.
    """
    folded = await refold(database, (await _present(database))[1] if rules is None else rules)
    return folded.appends + await switch_to(database, folded.rules)


async def refold(database: Database, rules: int, progress: Progress = lambda _: None) -> Refolded:
    """Fold everything under these rules into a generation beside the active one, which goes on answering."""
    if rules not in MACHINE_RULES:
        raise UnknownRulesError(f"there are no rules {rules}; known are {sorted(MACHINE_RULES)}")
    layouts, folded = Layouts(), 0
    former = (await _present(database))[0]
    generation = await _begin(database, rules)
    async with database.system() as connection:
        await _keep_archived(connection, former, generation)
    while step := await _step(database, generation, rules, layouts):
        folded += step
        progress(folded)
    async with database.system() as connection:
        await connection.execute(_FOLDED, (await _reached(connection, generation), generation))
    return Refolded(generation, rules, folded)


async def switch_to(database: Database, rules: int) -> int:
    """Answer by the figures that were folded last under these rules, once they have caught up; the appends folded.

    All other generations are forgotten. UnknownRulesError when nothing was folded under these rules.
    """
    async with database.system() as connection:
        row = await (await connection.execute(_FOLDED_LAST, (rules,))).fetchone()
    if row is None:
        raise UnknownRulesError(f"nothing was re-scored by rules {rules} yet")
    generation, layouts, folded = row[0], Layouts(), 0
    while step := await _step(database, generation, rules, layouts):
        folded += step
    async with database.system() as connection:
        (former,) = await (await connection.execute(_LOCK)).fetchone() or (1,)  # its follower is between two slices
        folded += (await fold_next(connection, generation, rules, layouts)).appends
        await _keep_archived(connection, former, generation)
        await connection.execute(_SWITCH, (generation, rules))
        others = {row[0] for row in await (await connection.execute(_CANDIDATES)).fetchall()} | {former}
        await connection.execute("delete from metric_candidates")
    for other in others - {generation}:
        await _forget(database, other)
    return folded


async def _present(database: Database) -> tuple[int, int]:
    async with database.system() as connection:
        row = await (await connection.execute(_PRESENT)).fetchone()
    return (row[0], row[1]) if row else (1, 1)


async def _begin(database: Database, rules: int) -> int:
    async with database.system() as connection:
        row = await (await connection.execute(_BEGIN, (rules,))).fetchone()
    generation = int(row[0]) if row else 2
    await _forget(database, generation)
    return generation


async def _reached(connection: AsyncConnection, generation: int) -> int:
    row = await (await connection.execute(_REACHED, (follower_of(generation),))).fetchone()
    return int(row[0]) if row else 0


async def _keep_archived(connection: AsyncConnection, former: int, following: int) -> None:
    """What was said of archived executions is not in the ledger any more: their figures stand."""
    for table, keep in (("campaign_metrics", _KEEP_METRICS), ("campaign_amounts", _KEEP_AMOUNTS)):
        await connection.execute(f"delete from {table} where generation = %s and {_ARCHIVED}".encode(), (following,))
        await connection.execute(keep.encode(), (following, former))


async def _step(database: Database, generation: int, rules: int, layouts: Layouts) -> int:
    async with database.system() as connection:
        return (await fold_next(connection, generation, rules, layouts)).appends


async def _forget(database: Database, generation: int) -> None:
    async with database.system() as connection:
        for table in ("campaign_metrics", "campaign_amounts", "metric_pages"):
            await connection.execute(f"delete from {table} where generation = %s".encode(), (generation,))
        await connection.execute("delete from ledger_followers where name = %s", (follower_of(generation),))
