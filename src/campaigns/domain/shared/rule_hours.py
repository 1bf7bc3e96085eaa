"""What a scheduling rule says: the hours at which a run may begin, and the days on which none may."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from campaigns.domain.shared.sending_limits import SendWindow
from campaigns.domain.shared.wall_clocks import comes_true, shown

_DAY = timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOKED_AHEAD = 400
"""Days; what opens later than that is as good as never."""


class RuleHours(Struct, frozen=True, kw_only=True):
    """In the wall clock of a zone; without windows every hour is open, but on blackout dates."""

    rule_id: UUID
    timezone: str = "UTC"
    windows: tuple[SendWindow, ...] = ()
    blackout_dates: tuple[date, ...] = ()

    def is_open(self, at: datetime) -> bool:
        wall = shown(at, ZoneInfo(self.timezone))
        if wall.date() in self.blackout_dates:
            return False
        weekday, clock = _WEEKDAYS[wall.weekday()], wall.time()
        return not self.windows or any(weekday in w.days and w.start <= clock < w.end for w in self.windows)

    def openings(self, since: datetime) -> Iterator[datetime]:
        """Instants at which it may begin to be open: midnights, and the beginnings of windows."""
        zone = ZoneInfo(self.timezone)
        first, starts = shown(since, zone).date(), {time(), *(window.start for window in self.windows)}
        for day in range(LOOKED_AHEAD):
            yield from (comes_true(datetime.combine(first + day * _DAY, start), zone) for start in starts)


def open_from(rules: Sequence[RuleHours], since: datetime) -> datetime | None:
    """The first instant from `since` on at which all of them are open; None when there is none to be expected."""
    candidates = {since, *(at for rule in rules for at in rule.openings(since) if at >= since)}
    return next((at for at in sorted(candidates) if all(rule.is_open(at) for rule in rules)), None)
