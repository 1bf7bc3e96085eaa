"""The runs that a schedule will make, as people are told of them before."""

from datetime import datetime

from msgspec import Struct

from campaigns.domain.campaign.values import Misfire, Mode, Schedule


class PlannedRun(Struct, frozen=True, kw_only=True):
    """One run to come. `planned_for` is UTC, `local` the same instant in the campaign's zone, with its offset.

    `first_message` is when its first message may leave, `last_zone` when the last clock shows the time that people's
    own clocks decide by; null where they do not.
    """

    planned_for: datetime
    local: datetime
    first_message: datetime | None
    last_zone: datetime | None
    remarks: tuple[str, ...]


_NEVER = {
    Mode.ALWAYS_ON: "an always-on campaign sends nothing by itself",
    Mode.TRIGGERED: "a triggered campaign sends when events happen",
}


def remarks_on(mode: Mode, schedule: Schedule | None) -> tuple[str, ...]:
    """What holds for every run of the schedule."""
    if mode in _NEVER:
        return (_NEVER[mode],)
    return (misfire_in_words(schedule), *_local_time(schedule))


def misfire_in_words(schedule: Schedule | None) -> str:
    policy = schedule.misfire if schedule else Misfire.SEND
    minutes = schedule.max_lateness_minutes if schedule else 60
    match policy:
        case Misfire.SKIP:
            return "a start that is missed is let go"
        case Misfire.LATEST:
            return f"of starts that were missed the last one is made up for, at most {minutes} minutes late"
        case _:
            return f"a start that is missed is made up for, at most {minutes} minutes late; after that it is let go"


def _local_time(schedule: Schedule | None) -> tuple[str, ...]:
    if schedule is None or not schedule.at_recipient_local_time:
        return ()
    own_clock = "everybody is written to when their own clock shows the planned time"
    return (f"{own_clock}; who has no known time zone goes by {schedule.timezone}",)
