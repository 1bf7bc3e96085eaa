"""When a window is open: wall-clock hours of a zone, as intervals of true time, both clock changes included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from campaigns.domain.delivery.errors import NeverOpenError
from campaigns.domain.shared.sending_limits import SendWindow
from campaigns.domain.shared.wall_clocks import change_of_clock, offset

_DAY = timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKEND = 5
_SEARCHED_DAYS = 15  # two weeks and the clock's change hold every weekly pattern


class OpeningHours(Struct, frozen=True, kw_only=True):
    """Windows in a zone; none means always. An instant is open when its wall-clock time lies in a window."""

    windows: tuple[SendWindow, ...] = ()
    zone: str = "UTC"
    exclude_weekends: bool = False

    @property
    def always(self) -> bool:
        return not self.windows and not self.exclude_weekends

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        hours = self._hours_of(local.date())
        return any(start <= local.time() and (end is None or local.time() < end) for start, end in hours)

    def intervals(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open intervals [start, end) in UTC, ascending, from `since` on, without end.

        Raises NeverOpenError when none is open within two weeks.
        """
        day, empty_days = _midnight(since), 0
        while empty_days < _SEARCHED_DAYS:
            found = [(max(start, since), end) for start, end in self._intervals_of_utc_day(day) if end > since]
            yield from found
            empty_days = 0 if found else empty_days + 1
            day += _DAY
        raise NeverOpenError("the send windows and the excluded weekends leave no time to send")

    def next_open(self, since: datetime) -> datetime:
        """The earliest open instant at or after `since`."""
        if self.always:
            return since
        return next(self.intervals(since))[0]

    def _intervals_of_utc_day(self, day: datetime) -> list[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.zone)
        found = [
            interval
            for start, end in _constant_offset(day, day + _DAY, zone)
            for interval in self._intervals_within(start, end, offset(start, zone))
        ]
        return _merged(sorted(found))

    def _intervals_within(
        self, start: datetime, end: datetime, ahead: timedelta
    ) -> Iterator[tuple[datetime, datetime]]:
        for wall_date in sorted({(start + ahead).date(), (end + ahead).date()}):
            for opens, closes in self._hours_of(wall_date):
                opened = _at(wall_date, opens) - ahead
                closed = (_at(wall_date, closes) if closes else _at(wall_date, time()) + _DAY) - ahead
                if max(opened, start) < min(closed, end):
                    yield max(opened, start), min(closed, end)

    def _hours_of(self, wall_date: date) -> list[tuple[time, time | None]]:
        weekday = wall_date.weekday()
        if self.exclude_weekends and weekday >= _WEEKEND:
            return []
        if not self.windows:
            return [(time(), None)]
        return [(w.start, w.end) for w in self.windows if _WEEKDAYS[weekday] in w.days]


def _constant_offset(start: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Split a stretch of at most a day where the zone's clock changes, to the second."""
    if offset(start, zone) == offset(end - timedelta(seconds=1), zone):
        return [(start, end)]
    changed = change_of_clock(start, end, zone)
    return [(start, changed), (changed, end)]


def _merged(intervals: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in intervals:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def _at(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, UTC)
