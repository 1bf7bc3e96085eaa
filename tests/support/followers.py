"""How far those who follow the log have come."""

from campaigns.infrastructure.postgres.database import Database


async def follower_position(database: Database, name: str) -> int:
    """How far a follower has come; 0 before its first batch."""
    async with database.system() as connection:
        row = await (await connection.execute("select position from followers where name = %s", (name,))).fetchone()
    return int(row[0]) if row else 0
