"""How far a follower of the ledger has come, read and moved within its own transaction."""

from psycopg import AsyncConnection


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
