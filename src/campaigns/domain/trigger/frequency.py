"""How often a trigger may act for one person: at most so many times in any stretch as long as its window."""

from collections.abc import Mapping
from datetime import datetime

from campaigns.domain.shared.ids import TriggerId, UserId
from campaigns.domain.trigger.rules import TriggerRule

Acting = tuple[TriggerId, UserId]
Counted = dict[Acting, list[datetime]]
"""When a trigger acts, or has acted, for a person."""


class Frequency:
    """Remembers what was counted before, and what is counted now. A later event never becomes due before an earlier."""

    def __init__(self, counted: Mapping[Acting, list[datetime]]) -> None:
        self._counted: Counted = dict(counted)

    def of(self, rule: TriggerRule, user_id: UserId) -> list[datetime]:
        """When the trigger acts for this person; whoever decides that it acts once more adds that."""
        return self._counted.setdefault((rule.trigger_id, user_id), []) if rule.frequency_limit is not None else []


def allows(rule: TriggerRule, acts: list[datetime], due: datetime) -> bool:
    """Whether the trigger may act once more at `due`."""
    if rule.frequency_limit is None or len(acts) < rule.frequency_limit:
        return True
    since = due - rule.frequency_window
    return sum(one > since for one in acts) < rule.frequency_limit
