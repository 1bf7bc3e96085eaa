"""The wall clocks of the world: when a time of day comes true in a zone, and where it does so first and last."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

FIRST_ZONE = ZoneInfo("Etc/GMT-14")
"""Nobody's clock is ahead of this one (the sign of these names is turned round: it is 14 hours ahead of UTC)."""
LAST_ZONE = ZoneInfo("Etc/GMT+12")
SPREAD = timedelta(hours=26)
"""How long after the first clock the last one shows the same time."""


def is_zone(name: str) -> bool:
    """Whether the IANA database knows this zone."""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def comes_true(wall: datetime, zone: tzinfo) -> datetime:
    """The instant (UTC) at which clocks of the zone show `wall`, a naive time.

    A time that comes twice is the first of the two; one that is left out is the moment at which it was left out.
    """
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return change_of_clock(before, at, zone)


def shown(at: datetime, zone: tzinfo) -> datetime:
    """What the zone's clocks show then, as a naive time."""
    return at.astimezone(zone).replace(tzinfo=None)


def first_anywhere(at: datetime, zone: tzinfo) -> datetime:
    """When what the zone's clocks show at `at` is shown by any clock for the first time."""
    return comes_true(shown(at, zone), FIRST_ZONE)


def offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def change_of_clock(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second within (before, after] that has another offset than `before`."""
    old, low, high = offset(before, zone), 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if offset(before + timedelta(seconds=middle), zone) == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
