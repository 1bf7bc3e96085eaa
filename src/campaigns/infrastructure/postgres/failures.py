"""Where the driver's errors become ours."""

import select
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from campaigns.application.shared.errors import ConflictError, DependencyDownError


def is_lost(error: psycopg.Error) -> bool:
    """Whether the error says that the server is away, and not that it disliked the statement."""
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not _must_repeat(error)


def _must_repeat(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith("40")  # class 40: serialization failure, deadlock


def away(error: psycopg.Error) -> DependencyDownError:
    """How it is told to callers: whether Postgres is not there, or has no room left."""
    if isinstance(error, psycopg.errors.DiskFull):
        return DependencyDownError("postgres", str(error), retry_after=30, says="has no room left on its disk")
    return DependencyDownError("postgres", f"Postgres does not answer: {error}")


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors about the connection leave as DependencyDownError, lost races as ConflictError."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        if _must_repeat(error):
            raise ConflictError(str(error)) from error
        raise away(error) from error


def has_news(socket: int) -> bool:
    """Whether an idle connection has received anything, its end above all; costs no round trip."""
    poll = select.poll()
    poll.register(socket, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
