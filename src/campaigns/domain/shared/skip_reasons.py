"""Why a person of the audience is sent nothing. Numbers are stored in the ledger and never change."""

from enum import IntEnum


class SkipReason(IntEnum):
    """A closed list; `NONE` is who will be sent to."""

    NONE = 0
    HOLDOUT = 1
    CONTROL = 2
    SUPPRESSED_UNSUBSCRIBED = 3
    SUPPRESSED_BOUNCED = 4
    SUPPRESSED_COMPLAINED = 5
    DELETED = 6
    NO_ADDRESS = 7
    FREQUENCY_CAP = 8
    QUIET_HOURS_EXPIRED = 9
    MISSING_DATA = 10
    CONTENT_ERROR = 11
    BUDGET_EXHAUSTED = 12
    DUPLICATE_ADDRESS = 13
    SUPPRESSED_MANUALLY = 14
    LOCAL_HOUR_PASSED = 15

    @property
    def wire_name(self) -> str:
        """The reason as the API spells it, e.g. `suppressed_bounced`."""
        return self.name.lower()
