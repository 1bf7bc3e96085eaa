"""Events that make a campaign act for one person, and those it is judged by."""

from typing import Literal

from msgspec import Struct

from campaigns.domain.shared.ids import TriggerId
from campaigns.domain.shared.written_criteria import WrittenCriteria


class QuietHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wall-clock hours (0 to 23) in which nobody is disturbed; `user_local` is the person's own zone."""

    start_hour: int
    end_hour: int
    timezone: str = "user_local"
    policy: Literal["hold", "skip"] = "hold"


class TriggerFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that makes the campaign act for one person. Delay in minutes, frequency window in hours."""

    event_type: str
    criteria: WrittenCriteria | None = None
    delay_minutes: int = 0
    frequency_limit: int | None = 1
    frequency_window_hours: int = 24
    quiet_hours: QuietHours | None = None
    enabled: bool = True


class TriggerDefinition(TriggerFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trigger_id: TriggerId


class Conversion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which event counts as success, and which touches within how many days earn it."""

    event_type: str
    window_days: int = 7
    model: Literal["first_touch", "last_touch", "linear"] = "last_touch"
