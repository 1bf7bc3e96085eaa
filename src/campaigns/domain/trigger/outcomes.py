"""What became of an event that a trigger listens to. Numbers are stored and never change."""

from enum import IntEnum


class Outcome(IntEnum):
    """WAITING and HELD are still open: for the delay, or for the end of quiet hours. All others are final."""

    WAITING = 1
    HELD = 2
    FIRED = 3
    DISABLED = 4
    CONDITION_FALSE = 5
    NOT_IN_AUDIENCE = 6
    HOLDOUT = 7
    FREQUENCY_LIMIT = 8
    QUIET_HOURS = 9
    ALREADY_TRIGGERED = 10
    SUPPRESSED = 11
    SKIPPED = 12

    @property
    def wire_name(self) -> str:
        """The outcome as the API spells it."""
        return self.name.lower()

    @property
    def is_open(self) -> bool:
        return self in (Outcome.WAITING, Outcome.HELD)
