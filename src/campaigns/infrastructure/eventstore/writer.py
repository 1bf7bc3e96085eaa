"""The one thread of a process that writes events: it collects what waits and commits it in one transaction."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

import psycopg
import structlog
from psycopg import Connection

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.commits import UNNOTICED, Commits
from campaigns.infrastructure.eventstore.group import write_group
from campaigns.infrastructure.eventstore.mapper import StoredRecord
from campaigns.infrastructure.eventstore.saves import NO_CLAIMS, Save, settle
from campaigns.infrastructure.postgres.failures import away, is_lost
from campaigns.infrastructure.postgres.patience import ImpatientConnection
from campaigns.infrastructure.postgres.roles import IDLE_SECONDS, SYSTEM, conninfo_as, require_harmless_now

_LARGEST_GROUP = 512  # saves
_LONGEST_QUEUE = 20 * _LARGEST_GROUP
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0  # seconds between attempts to reach Postgres
_LONGEST_IDLE = 3.0  # seconds, less than any caller's patience: while one writer is in its transaction no other writes

log = structlog.get_logger(__name__)


class GroupWriter:
    """`submit` from any thread; the answer comes when the group's commit is durable.

    While Postgres is away the writer tries again until the save's `patience` (seconds) is over; then the answer is
    DependencyDownError. A commit whose answer was lost is looked up by its command id and gets its true outcome.
    """

    def __init__(
        self, url: str, *, patience: float = 5.0, commits: Commits = UNNOTICED, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self.patience = patience
        self._commits = commits
        idle = min(idle_seconds, _LONGEST_IDLE)
        self._conninfo = conninfo_as(SYSTEM, url, "campaigns writes events", idle_seconds=idle)
        self._waiting: queue.SimpleQueue[Save | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="event-writer", daemon=True)
        self._connection: Connection | None = None
        self._gate = threading.Lock()  # nothing is queued behind the end
        self._is_closing = False

    @property
    def waiting(self) -> int:
        """Saves that nobody has taken yet, about."""
        return self._waiting.qsize()

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._gate:
            self._is_closing = True
            self._waiting.put(None)
        self._thread.join()

    def submit(self, records: Sequence[StoredRecord], claims: Claims = NO_CLAIMS) -> "Future[int]":
        """Queue one caller's events; the future gives the last position, a ConflictError, ClaimTakenError …"""
        answer: Future[int] = Future()
        self._queue(records, claims, answer)
        return answer

    def submit_from_loop(self, records: Sequence[StoredRecord], claims: Claims) -> "asyncio.Future[int]":
        """`submit` for the running event loop."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue(records, claims, answer)
        return answer

    def _queue(
        self, records: Sequence[StoredRecord], claims: Claims, answer: "Future[int] | asyncio.Future[int]"
    ) -> None:
        save = Save(records, claims, time.monotonic() + self.patience, answer)
        with self._gate:
            refusal = self._refusal()
            if refusal is None:
                self._waiting.put(save)
                return
        settle([(save, refusal)])

    def _refusal(self) -> DependencyDownError | None:
        if self._is_closing:
            return DependencyDownError("postgres", "The event store is closing.")
        if self._waiting.qsize() >= _LONGEST_QUEUE:
            return DependencyDownError("postgres", "Too much waits to be recorded.")
        return None

    def _run(self) -> None:
        while True:
            group, is_last = self._collect()
            if group:
                self._write(group)
            if is_last:
                break
        self._drop_connection()

    def _collect(self) -> tuple[list[Save], bool]:
        """Wait for the first save, then take all that came meanwhile."""
        group: list[Save] = []
        save = self._waiting.get()
        while save is not None:
            group.append(save)
            if len(group) == _LARGEST_GROUP:
                return group, False
            try:
                save = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _write(self, group: list[Save]) -> None:
        pause = _FIRST_PAUSE
        group = _in_time(group, "The event writer is overdue.")
        while group:
            began = time.perf_counter()
            try:
                outcomes = write_group(self._connected(), group)
            except Exception as error:  # noqa: BLE001  the thread must outlive anything; every caller hears of it
                self._drop_connection()
                group = _still_waiting(group, error)
                time.sleep(pause if group else 0)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                self._commits.note(len(group), time.perf_counter() - began)
                settle(zip(group, outcomes, strict=True))
                return

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = ImpatientConnection.connect(self._conninfo, autocommit=True)
            require_harmless_now(self._connection, SYSTEM)
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _still_waiting(group: list[Save], error: Exception) -> list[Save]:
    """Those worth another try; the others get their answer."""
    if not (isinstance(error, psycopg.Error) and is_lost(error)):
        log.error("writing events failed", saves=len(group), exc_info=error)
        settle((save, error) for save in group)
        return []
    log.warning("Postgres does not answer the event writer", error=str(error), saves=len(group))
    if isinstance(error, psycopg.errors.DiskFull):  # no matter of seconds
        settle((save, away(error)) for save in group)
        return []
    return _in_time(group, f"Postgres does not answer: {error}")


def _in_time(group: list[Save], detail: str) -> list[Save]:
    """Without those whose patience is over, who are told so: nothing is recorded behind their callers' backs."""
    late = {save for save in group if save.is_late}
    settle((save, DependencyDownError("postgres", detail)) for save in late)
    return [save for save in group if save not in late]
