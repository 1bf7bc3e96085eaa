"""Telling every process that work waits for somebody in the background."""

from psycopg import AsyncConnection

WORK = "work"
"""The channel; what is told there only ends the quiet in which loops seldom look."""


async def announce_work(connection: AsyncConnection) -> None:
    """Heard once the transaction of this connection commits."""
    await connection.execute("notify work")
