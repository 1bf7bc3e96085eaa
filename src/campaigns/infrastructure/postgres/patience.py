"""Connections that do not wait for ever: a peer that is frozen, or behind a network that swallows bytes, says nothing.

The network's own limits end a connection to a machine that is gone. They do not end one whose other side still
acknowledges packets and does nothing.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from psycopg import AsyncConnection, AsyncCursor, Connection, OperationalError, waiting
from psycopg.abc import Params, PQGen, Query
from psycopg.errors import _WaitTimeout
from psycopg.pq import TransactionStatus

Answer = TypeVar("Answer")
_INTERVAL = 0.1  # as the driver
RECONNECTING = 3.0
"""Seconds for which a pool tries by itself, in ever longer pauses; then the next caller makes it begin anew.

Left to itself it would still pause for a minute after an absence of minutes.
"""


class PatientCursor(AsyncCursor[Any]):
    """An `executemany` that is cancelled ends as cancelled.

    The driver (psycopg 3.3) asserts that the pipeline it opens for the rows was left; cancelled while entering it, the
    task would see an AssertionError instead, and a loop that outlives errors would outlive its own cancellation.
    """

    async def executemany(self, query: Query, params_seq: Iterable[Params], *, returning: bool = False) -> None:
        try:
            await super().executemany(query, params_seq, returning=returning)
        except AssertionError as half_entered:
            self.connection.pgconn.finish()  # still in the pipeline: of no use to the next
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from half_entered
            raise


class PatientConnection(AsyncConnection):
    """Closed when Postgres is silent for `patience` seconds within one wait, or when the waiting task is cancelled.

    Whether a commit that was waited for took place is unknown then, as after any lost connection. A cancelled
    statement is not asked to stop over another connection (which may hang as well): Postgres sees that its client left.
    """

    patience: ClassVar[float]

    async def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL, timeout: float | None = None) -> Answer:  # noqa: ASYNC109 - the driver's
        limit = self.patience if timeout is None else timeout
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=limit)
        except asyncio.CancelledError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
        except _WaitTimeout as silence:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise OperationalError(f"no answer within {limit:g} s") from silence


class RequestConnection(PatientConnection):
    """Somebody waits for the answer."""

    patience = 16.0  # a little more than the server's own limit for a statement


class SystemConnection(PatientConnection):
    """An index over ten million rows is built in silence."""

    patience = 120.0


class ImpatientConnection(Connection):
    """For the threads of the event store, whose statements are all short."""

    patience: ClassVar[float] = 8.0

    def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL, timeout: float | None = None) -> Answer:
        limit = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval=interval, timeout=limit)
        except _WaitTimeout as silence:
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise OperationalError(f"no answer within {limit:g} s") from silence
