"""What people should know about a planned run on a day that changes the clock, in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo

from campaigns.domain.shared.wall_clocks import change_of_clock, comes_true, offset, shown

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_CLOCK = "%H:%M"


def clock_remarks(at: datetime, meant: Sequence[datetime], zone: tzinfo) -> tuple[str, ...]:
    """Remarks on a run at `at`; `meant` is what the schedule says for that day (naive). None on ordinary days."""
    wall = shown(at, zone)
    begins = comes_true(datetime.combine(wall.date(), time()), zone) - _SECOND
    ends = comes_true(datetime.combine(wall.date() + _DAY, time()), zone) - _SECOND
    if offset(begins, zone) == offset(ends, zone):
        return ()
    changes_at = change_of_clock(begins, ends, zone)
    return (_change(changes_at, zone), *_moved(wall, meant, zone), *_repeated(at, wall, zone))


def _change(at: datetime, zone: tzinfo) -> str:
    before, after = offset(at - _SECOND, zone), offset(at, zone)
    direction, minutes = ("forward", after - before) if after > before else ("back", before - after)
    old = (at + before).strftime(_CLOCK)
    return f"on this day the clock goes {direction} by {minutes // timedelta(minutes=1)} minutes at {old}"


def _moved(wall: datetime, meant: Sequence[datetime], zone: tzinfo) -> Iterator[str]:
    left_out = [one for one in meant if shown(comes_true(one, zone), zone) == wall != one]
    for one in left_out:
        yield f"{one.strftime(_CLOCK)} is left out on this day; the run begins at {wall.strftime(_CLOCK)}"


def _repeated(at: datetime, wall: datetime, zone: tzinfo) -> Iterator[str]:
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset() or shown(at, zone) != wall:
        return
    if comes_true(wall, zone) == at:
        yield f"{wall.strftime(_CLOCK)} comes twice on this day; the run begins the first time"
    else:
        yield f"{wall.strftime(_CLOCK)} comes twice on this day; this run begins the second time"
