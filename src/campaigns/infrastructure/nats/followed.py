"""How far a follower of the ledger has come, read and moved within its own transaction."""

from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.infrastructure.postgres.database import Database

_IS_BEHIND: LiteralString = """
select append_no > coalesce((select position from ledger_followers where name = %s), -1) from ledger_head"""


async def is_behind(database: Database, name: str) -> bool:
    """One glance without a lock: to lock is to write, and most of the time there is nothing new."""
    async with database.system_statement() as connection:
        row = await (await connection.execute(_IS_BEHIND, (name,))).fetchone()
    return row is None or bool(row[0])


async def locked_position(connection: AsyncConnection, name: str) -> int:
    """The position of a follower, its row locked until the transaction ends: a second one of that name waits."""
    await connection.execute(
        "insert into ledger_followers (name, position) values (%s, 0) on conflict do nothing", (name,)
    )
    found = await connection.execute("select position from ledger_followers where name = %s for update", (name,))
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def move_position(connection: AsyncConnection, name: str, position: int) -> None:
    await connection.execute("update ledger_followers set position = %s where name = %s", (position, name))
