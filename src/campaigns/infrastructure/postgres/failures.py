"""Where the driver's errors become ours."""

import select
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from campaigns.application.shared.errors import ConflictError, DependencyDownError

STOOD_STILL = psycopg.errors.IdleInTransactionSessionTimeout
"""What a process hears that stood still within a transaction: the driver has it among its internal errors."""

_ABOUT_CONNECTIONS = (psycopg.OperationalError, psycopg.InterfaceError, STOOD_STILL)


def is_lost(error: psycopg.Error) -> bool:
    """Whether the error says that the connection is gone, and not that Postgres disliked the statement."""
    return isinstance(error, _ABOUT_CONNECTIONS) and not _must_repeat(error)


def _must_repeat(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith("40")  # class 40: serialization failure, deadlock


def away(error: psycopg.Error) -> DependencyDownError:
    """How it is told to callers: whether Postgres is not there, or has no room left."""
    if isinstance(error, psycopg.errors.DiskFull):
        return DependencyDownError("postgres", str(error), retry_after=30, says="has no room left on its disk")
    if isinstance(error, STOOD_STILL):
        return DependencyDownError("postgres", f"This process stood still within a transaction: {error}", retry_after=1)
    return DependencyDownError("postgres", f"Postgres does not answer: {error}")


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors about the connection leave as DependencyDownError, lost races as ConflictError."""
    try:
        yield
    except _ABOUT_CONNECTIONS as error:
        if _must_repeat(error):
            raise ConflictError(str(error)) from error
        raise away(error) from error


def has_news(socket: int) -> bool:
    """Whether an idle connection has received anything, its end above all; costs no round trip."""
    poll = select.poll()
    poll.register(socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
