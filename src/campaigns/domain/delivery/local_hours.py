"""Everybody at the same hour of their own clock: when that is for whom, and people whose clocks agree, together."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from msgspec import Struct

from campaigns.domain.shared.wall_clocks import comes_true, offset, shown

_DAY = timedelta(days=1)
_YEAR = 366


class LocalHour(Struct, frozen=True, kw_only=True):
    """`wall` is what everybody's own clock is to show (naive). Whose hour passed less than `lateness` ago is written to
    at once; who missed it by more the next day, or in a recurring campaign not at all: its next run comes for them.
    """

    wall: datetime
    lateness: timedelta
    recurring: bool = False

    def release(self, zone: tzinfo, now: datetime) -> datetime | None:
        """When people of the zone are written to, at the earliest; None when they missed it."""
        due = comes_true(self.wall, zone)
        if now <= due + self.lateness:
            return due
        return None if self.recurring else self.next_release(zone, now)

    def next_release(self, zone: tzinfo, now: datetime) -> datetime:
        """The same hour, today or tomorrow, wherever it is still to come (or has hardly passed)."""
        days = max(0, (shown(now, zone).date() - self.wall.date()).days)
        today = comes_true(self.wall + days * _DAY, zone)
        return today if now <= today + self.lateness else comes_true(self.wall + (days + 1) * _DAY, zone)


class Stretch(Struct, frozen=True, kw_only=True):
    """Messages seq_from … seq_to (inclusive) are for people whose clocks agree with those of `zone`."""

    seq_from: int
    seq_to: int
    not_before: datetime
    zone: str


class ClockGroup(Struct, frozen=True):
    """Zones whose clocks agree, by the name of one of them."""

    zone: str
    not_before: datetime


class ClockGroups:
    """Sorts zones into groups that can be written to together."""

    def __init__(self, hour: LocalHour, fallback: str, now: datetime) -> None:
        self._hour = hour
        self._fallback = fallback
        self._now = now
        self._by_clock: dict[tuple[timedelta, ...], int] = {}
        self._by_zone: dict[str | None, int | None] = {}
        self.groups: list[ClockGroup] = []

    def of(self, zone: str | None) -> int | None:
        """The number of the zone's group; unknown zones go by the campaign's. None: it missed the hour."""
        if zone not in self._by_zone:
            self._by_zone[zone] = self._place(zone)
        return self._by_zone[zone]

    def in_order(self) -> list[tuple[int, ClockGroup]]:
        """The groups with their numbers, the earliest first."""
        return sorted(enumerate(self.groups), key=lambda one: (one[1].not_before, one[1].zone))

    def _place(self, zone: str | None) -> int | None:
        name = zone if zone is not None and is_known(zone) else self._fallback
        clock = ZoneInfo(name)
        release = self._hour.release(clock, self._now)
        if release is None:
            return None
        number = self._by_clock.setdefault(_year_of(clock, release), len(self.groups))
        if number == len(self.groups):
            self.groups.append(ClockGroup(name, release))
        return number


def is_known(zone: str) -> bool:
    """Whether clocks can be looked up for what a profile says; nothing that a profile says is a path."""
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):  # unknown, a directory or too long, no name at all
        return False
    return zone not in ("", "localtime")


def _year_of(clock: tzinfo, since: datetime) -> tuple[timedelta, ...]:
    """What the clock shows beside UTC, on each day of the year that follows."""
    first = since.astimezone(UTC)
    return tuple(offset(first + day * _DAY, clock) for day in range(_YEAR))
