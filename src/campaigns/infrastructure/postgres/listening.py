"""Hearing announcements without looking for them: the driver's own `notifies` wakes up ten times a second."""

import asyncio
from collections.abc import AsyncGenerator

from psycopg import AsyncConnection


async def announced(connection: AsyncConnection) -> AsyncGenerator[set[str], None]:
    """The channels on which something was announced, each time something is. OperationalError when it is lost.

    The connection does nothing else meanwhile; close the iterator before using it again.
    """
    loop, arrived, inlet = asyncio.get_running_loop(), asyncio.Event(), connection.pgconn.socket
    loop.add_reader(inlet, arrived.set)
    try:
        while True:
            if channels := _channels(connection):
                yield channels
            await arrived.wait()
            arrived.clear()
            connection.pgconn.consume_input()
    finally:
        loop.remove_reader(inlet)


def _channels(connection: AsyncConnection) -> set[str]:
    found = set()
    while notice := connection.pgconn.notifies():
        found.add(notice.relname.decode())
    return found
