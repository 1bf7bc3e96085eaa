"""The library's recorders, over our tables."""

from collections.abc import Sequence
from threading import Event
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)

from campaigns.infrastructure.eventstore.mapper import StoredRecord
from campaigns.infrastructure.eventstore.reading import Reader
from campaigns.infrastructure.eventstore.saves import NO_CLAIMS
from campaigns.infrastructure.eventstore.writer import GroupWriter


class GroupCommittingRecorder(ApplicationRecorder):
    """Inserts through the process' one writer; reads through the small pool of its threads."""

    def __init__(self, writer: GroupWriter, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The positions given; `claims` is the one keyword that is understood. Blocks until the commit is durable."""
        if not stored_events:
            return []
        records = cast("Sequence[StoredRecord]", stored_events)
        last = self._writer.submit(records, kwargs.get("claims", NO_CLAIMS)).result()
        return range(last - len(records) + 1, last + 1)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[Notification]:
        return self._reader.events(cast("UUID", originator_id), gt=gt, lte=lte, desc=desc, limit=limit)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if inclusive_of_start and start is not None else 0)
        return self._reader.notifications(after=after, limit=limit, stop=stop, topics=topics)

    def max_notification_id(self) -> int | None:
        return self._reader.newest_position() or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return PolledSubscription(self, gt, topics)


class PolledSubscription(Subscription[ApplicationRecorder]):
    """Blocks for the next event, asking each second. Our own followers are `Follower`; this completes the interface."""

    _PAUSE = 1.0
    _PAGE = 500

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._page: list[Notification] = []
        self._stopped = Event()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._page:
            if self._stopped.is_set():
                raise StopIteration
            found = self._recorder.select_notifications(
                self._last_notification_id or 0, self._PAGE, topics=self._topics, inclusive_of_start=False
            )
            self._page = list(found)
            if not self._page:
                self._stopped.wait(self._PAUSE)
        notification = self._page.pop(0)
        self._last_notification_id = notification.id
        return notification


class SnapshotRecorder(AggregateRecorder):
    """Snapshots are a cache: any of them may be lost, and one of another shape of the state is not seen."""

    def __init__(self, reader: Reader, topic: str) -> None:
        self._reader = reader
        self._topic = topic

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        del kwargs
        for stored in stored_events:
            self._reader.keep_snapshot(cast("StoredRecord", stored))
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        return self._reader.snapshots(cast("UUID", originator_id), self._topic, gt=gt, lte=lte, desc=desc, limit=limit)
