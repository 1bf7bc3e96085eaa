"""What is reported of erased people later: the fact counts, what it says of the person goes within seconds."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from campaigns.domain.analytics.machines import MACHINE_RULES, Hit, HitLabel
from campaigns.domain.audience.erasure import ERASED, kept_detail
from campaigns.infrastructure.nats.followed import is_behind
from campaigns.infrastructure.postgres.database import Database

FOLLOWER = "erasure"
_AT_ONCE = 20_000  # appends
Key = tuple[int, int]
"""A message: number of its execution, number in it."""
_POSITION: LiteralString = """
insert into ledger_followers (name, position) values (%s, 0)
on conflict (name) do update set position = ledger_followers.position returning position"""
_HEAD: LiteralString = "select least(append_no, %s) from ledger_head"
_NEW: LiteralString = """
select f.tableoid, f.ctid::text, f.execution_no, f.seq, f.detail from message_facts f
  join erased_messages m on m.execution_no = f.execution_no and m.seq = f.seq
 where f.append_no > %s and f.append_no <= %s and f.detail is not null and f.detail <> '{}' for update of f"""
_MOVE: LiteralString = "update ledger_followers set position = %s where name = %s"
_STRIP: LiteralString = "update message_facts set detail = %s where tableoid = %s and ctid = %s::tid"


class LateFacts:
    """Follows the ledger; the row of its position keeps two of them apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def strip(self) -> int:
        """How many facts lost something."""
        if not await is_behind(self._database, FOLLOWER):
            return 0
        async with self._database.system() as connection:
            after = await _number(connection, _POSITION, FOLLOWER)
            up_to = await _number(connection, _HEAD, after + _AT_ONCE)
            rows = await (await connection.execute(_NEW, (after, up_to))).fetchall()
            stripped = await strip(connection, rows)
            if up_to > after:
                await connection.execute(_MOVE, (up_to, FOLLOWER))
        return stripped


async def strip(connection: AsyncConnection, rows: list[tuple[Any, ...]]) -> int:
    """Of locked facts (table, place in it, message, detail) keep what is nobody's; how many lost something."""
    names = Names()
    kept = [(table, place, detail, impersonal(detail, names.of((no, seq)))) for table, place, no, seq, detail in rows]
    changed = [(Jsonb(after), table, place) for table, place, before, after in kept if after != before]
    if changed:
        await connection.cursor().executemany(_STRIP, changed)
    return len(changed)


class Names:
    """Numbers that tell visitors and targets of one message apart, and tell nothing else."""

    def __init__(self) -> None:
        self._known: dict[Key, dict[str, str]] = defaultdict(dict)

    def of(self, message: Key) -> Callable[[str], str]:
        known = self._known[message]
        return lambda text: text if text.startswith(ERASED) else known.setdefault(text, f"{ERASED}-{len(known) + 1}")


def impersonal(detail: dict[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    """A machine's name stays, and what tells hits apart: the figures stay, whatever rules they are counted by."""
    kept = kept_detail(detail)
    kept |= {key: name(detail[key]) for key in ("address_hash", "url") if isinstance(detail.get(key), str)}
    agent = detail.get("user_agent")
    if isinstance(agent, str):
        label = MACHINE_RULES[max(MACHINE_RULES)](Hit(agent, detail.get("method") or "GET"))
        kept["user_agent"] = ERASED if label is HitLabel.HUMAN else agent
    return kept


async def _number(connection: AsyncConnection, statement: LiteralString, value: Any) -> int:
    row = await (await connection.execute(statement, (value,))).fetchone()
    return int(row[0]) if row else 0
