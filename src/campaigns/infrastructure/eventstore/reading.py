"""Reading the log from the library's threads."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from psycopg import Connection
from psycopg_pool import ConnectionPool

from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.mapper import StoredRecord
from campaigns.infrastructure.postgres.failures import has_news, translated
from campaigns.infrastructure.postgres.patience import RECONNECTING, ImpatientConnection
from campaigns.infrastructure.postgres.roles import SYSTEM, conninfo_as, require_harmless_now

_PATIENCE = 5.0
_LONGEST_QUEUE = 1_000


class Reader:
    """A few synchronous connections as campaigns_system. Whose events they are is judged by `EventStore`."""

    def __init__(self, url: str, *, connections: int = 4) -> None:
        self._pool = ConnectionPool(
            conninfo_as(SYSTEM, url, "campaigns reads events"),
            connection_class=ImpatientConnection,
            min_size=1,
            max_size=connections,
            max_waiting=_LONGEST_QUEUE,
            reconnect_timeout=RECONNECTING,
            open=False,
            timeout=_PATIENCE,
            max_idle=60,
            check=_check,
            kwargs={"autocommit": True},
            name="event-readers",
        )

    def open(self) -> None:
        with translated():
            self._pool.open(wait=True, timeout=_PATIENCE)
            with self._pool.connection() as connection:
                require_harmless_now(connection, SYSTEM)

    def close(self) -> None:
        self._pool.close()

    def events(
        self, originator_id: UUID, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[Notification]:
        rows = self._select(statements.HISTORY + _ordered(desc), _range(originator_id, gt, lte, limit))
        return [_notification(row) for row in rows]

    def snapshots(
        self, originator_id: UUID, topic: str, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[StoredEvent]:
        parameters = _range(originator_id, gt, lte, limit) | {"topic": topic}
        rows = self._select(statements.SNAPSHOTS + " and topic = %(topic)s" + _ordered(desc), parameters)
        return [StoredEvent(*row) for row in rows]

    def keep_snapshot(self, snapshot: StoredRecord) -> None:
        with self._connection() as connection:
            connection.execute(
                statements.SNAPSHOT,
                {
                    "tenant": snapshot.tenant_id,
                    "id": snapshot.originator_id,
                    "version": snapshot.originator_version,
                    "topic": snapshot.topic,
                    "state": snapshot.state,
                },
            )

    def notifications(self, *, after: int, limit: int, stop: int | None, topics: Sequence[str]) -> list[Notification]:
        wanted: LiteralString = """
            select position, originator_id, originator_version, topic, state from events
            where position > %(after)s and (%(stop)s::bigint is null or position <= %(stop)s)
              and (cardinality(%(topics)s::text[]) = 0 or topic = any(%(topics)s::text[]))
            order by position limit %(limit)s"""
        parameters = {"after": after, "limit": limit, "stop": stop, "topics": list(topics)}
        return [_notification(row) for row in self._select(wanted, parameters)]

    def newest_position(self) -> int:
        return int(self._select("select position from feed_head", {})[0][0])

    def of_command(self, command_id: UUID, tenant_id: str) -> tuple[UUID, int, int] | None:
        """Id, version and position of the last event of a command; None when it recorded nothing."""
        rows = self._select(statements.BY_COMMAND, {"command": command_id, "tenant": tenant_id})
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def _select(self, statement: LiteralString, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            return connection.execute(statement, parameters, binary=True).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with translated(), self._pool.connection() as connection:
            yield connection


def _check(connection: Connection) -> None:
    if has_news(connection.pgconn.socket):
        ConnectionPool.check_connection(connection)


def _range(originator_id: UUID, gt: int | None, lte: int | None, limit: int | None) -> dict[str, Any]:
    newest = statements.NEWEST_VERSION
    return {"id": originator_id, "gt": gt or 0, "lte": newest if lte is None else lte, "limit": limit}


def _ordered(desc: bool) -> LiteralString:  # noqa: FBT001  the library's own word
    if desc:
        return " order by originator_version desc limit %(limit)s"
    return " order by originator_version limit %(limit)s"


def _notification(row: tuple[Any, ...]) -> Notification:
    position, originator_id, version, topic, state = row
    return Notification(originator_id, version, topic, state, position)
