"""Keeps a transaction that waits for something beside Postgres; Postgres ends the one whose process stands still."""

import asyncio
from types import TracebackType

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import PipelineStatus, TransactionStatus


class Heartbeat:
    """`async with` it within a transaction: Postgres hears of it every `seconds` in which it would be idle.

    Leaving it raises what a beat has met: after that the driver knows only that the connection is closed, and takes it
    for one with nothing to commit.
    """

    def __init__(self, connection: AsyncConnection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._is_over = False
        self._next: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None
        self._failure: psycopg.Error | None = None

    async def __aenter__(self) -> None:
        self._schedule()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        if self._next is not None:
            self._next.cancel()
        if self._beating is not None:
            await self._settle(self._beating, error)
        if self._failure is not None and (error is None or isinstance(error, psycopg.Error)):
            raise self._failure

    async def _settle(self, beating: asyncio.Task[None], error: BaseException | None) -> None:
        if error is None:
            await beating
        elif isinstance(error, asyncio.CancelledError):
            beating.cancel()  # the connection is closed: a Postgres that says nothing keeps nobody who is to stop

    def _schedule(self) -> None:
        if not self._is_over:
            self._next = asyncio.get_running_loop().call_later(self._seconds, self._begin)

    def _begin(self) -> None:
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        try:
            if not self._is_over and _is_idle(self._connection):
                await self._connection.execute("select 1")
        except psycopg.Error as error:
            self._failure = error
        else:
            self._schedule()


def _is_idle(connection: AsyncConnection) -> bool:
    """Of one in the middle of a statement Postgres hears anyhow; after an error there is nothing to keep."""
    of = connection.pgconn
    is_between = of.transaction_status == TransactionStatus.INTRANS and of.pipeline_status == PipelineStatus.OFF
    return is_between and not connection.lock.locked()
