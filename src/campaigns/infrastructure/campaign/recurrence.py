"""Planned instants by cronsim: fixed times fire once on both days that change the clock."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from campaigns.domain.campaign.values import Schedule
from campaigns.domain.shared.wall_clocks import FIRST_ZONE

_READABLE = re.compile(r"[0-9A-Za-z*,/#-]+( +[0-9A-Za-z*,/#-]+){4}")
_LONGEST = 100
_LAST_DAY_OF_EVERY_MONTH = 28
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class CronsimRecurrence:
    """Cron of five fields, in the wall clock of an IANA zone."""

    def problem(self, expression: str, timezone: str) -> str | None:
        """Why the expression cannot be used."""
        del timezone  # judged with the schedule; an expression is readable or not in every zone
        if len(expression) > _LONGEST or not _READABLE.fullmatch(expression.strip()):
            return "a cron expression has five fields: minute, hour, day of month, month, day of week"
        try:
            cron = CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC))
            next(cron)
        except (CronSimError, AssertionError, TypeError, ValueError) as error:
            return f"the cron expression cannot be read: {error}"
        except StopIteration:
            return "the cron expression never comes true"
        return None if len(cron.minutes) == 1 else "the shortest interval is one hour: name a single minute"

    def next_after(self, schedule: Schedule, anchor: datetime, after: datetime) -> datetime | None:
        """The first planned instant strictly after `after`."""
        zone = clock_of(schedule)
        expression = schedule.cron or _expression(schedule, anchor.astimezone(zone))
        if expression is None:
            return None
        return next((planned for planned in _instants(expression, after, zone) if planned > after), None)

    def wall_times(self, schedule: Schedule, anchor: datetime, day: date) -> tuple[datetime, ...]:
        """What the schedule says for a day, as if no clock were ever changed."""
        expression = schedule.cron or _expression(schedule, anchor.astimezone(clock_of(schedule)))
        if expression is None:
            return ()
        found: list[datetime] = []
        for planned in CronSim(expression, datetime.combine(day, time()) - timedelta(seconds=1)):
            if planned.date() != day:
                break
            found.append(planned)
        return tuple(found)


def clock_of(schedule: Schedule) -> ZoneInfo:
    """The clock a run is planned by: the schedule's, or where people's own clocks count, the first to show a time."""
    return FIRST_ZONE if schedule.at_recipient_local_time else ZoneInfo(schedule.timezone)


def _instants(expression: str, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    """In the repeated hour of autumn it may look back."""
    return (planned.astimezone(UTC) for planned in CronSim(expression, after.astimezone(zone)))


def _expression(schedule: Schedule, anchor: datetime) -> str | None:
    daily = f"{anchor.minute} {anchor.hour}"
    match schedule.frequency:
        case "daily":
            return f"{daily} * * *"
        case "weekly":
            return f"{daily} * * {_WEEKDAYS[anchor.weekday()]}"
        case "monthly":
            # The 29th to 31st mean the last day, so that no month is left out.
            day = anchor.day if anchor.day <= _LAST_DAY_OF_EVERY_MONTH else "L"
            return f"{daily} {day} * *"
    return None
