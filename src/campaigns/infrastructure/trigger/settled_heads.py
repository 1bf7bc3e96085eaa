"""How far journeys may read the ledger: to where it has settled, and the books know who waits for what stands there."""

from collections import deque
from datetime import datetime, timedelta
from typing import LiteralString, NamedTuple

from psycopg import AsyncConnection

from campaigns.infrastructure.trigger.books import FOLLOWER as BOOKS

_SETTLES = timedelta(seconds=6)  # a machine that follows every link has done so by then
_APART = timedelta(seconds=0.2)
_MOST = 1_000

_GLANCE: LiteralString = """
select ledger_head.append_no, feed_head.position,
       coalesce((select position from followers where name = %s), 0),
       coalesce((select position from ledger_followers where name = %s), -1)
  from ledger_head, feed_head"""


class Head(NamedTuple):
    """The ends of the ledger and of the event log at an instant."""

    at: datetime
    ledger: int
    log: int


class Glance(NamedTuple):
    """`books`: how much of the event log they have read; `position`: how much of the ledger the follower has."""

    head: Head
    books: int
    position: int


async def glance(connection: AsyncConnection, follower: str, now: datetime) -> Glance:
    """Without a lock: to lock is to write. A position of -1: the follower has none yet."""
    row = await (await connection.execute(_GLANCE, (BOOKS, follower))).fetchone()
    ledger, log, books, position = row or (0, 0, 0, -1)
    return Glance(Head(now, ledger, log), books, position)


class SettledHeads:
    """Heads in the order in which they were seen.

    A campaign that was activated before a hit stands in the event log before the head that has the hit: who has read
    the books up to there knows it.
    """

    def __init__(self) -> None:
        self._seen: deque[Head] = deque()
        self._settled: Head | None = None

    def after(self, seen: Glance) -> Head | None:
        """The newest one that has settled; None before there is one."""
        head, books, _ = seen
        is_apart = not self._seen or head.at - self._seen[-1].at >= _APART
        if is_apart and len(self._seen) < _MOST:
            self._seen.append(head)
        while self._seen and self._seen[0].at <= head.at - _SETTLES and self._seen[0].log <= books:
            self._settled = self._seen.popleft()
        return self._settled
