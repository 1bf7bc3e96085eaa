"""What people did with messages, as steps that other campaigns may follow."""

import re
from collections.abc import Sequence
from datetime import datetime

from campaigns.domain.analytics.judging import Touch, labels
from campaigns.domain.analytics.machines import MACHINE_RULES, HitLabel
from campaigns.domain.analytics.scanning import Trace

OPENED, CLICKED = "campaign.message.opened", "campaign.message.clicked"
LONGEST_WAIT = 90
_NOT_OPENED = re.compile(r"campaign\.message\.not_opened_after_([1-9][0-9]?)_days")
_RULES = max(MACHINE_RULES)


def not_opened_after(event_type: str) -> int | None:
    """After how many days such an event tells that a message was not opened; None for any other event."""
    found = _NOT_OPENED.fullmatch(event_type)
    return int(found[1]) if found and int(found[1]) <= LONGEST_WAIT else None


def by_people(touches: Sequence[Touch], arrived_at: datetime | None) -> list[Touch]:
    """Those opens and clicks of one message that are no machine's, by the newest rules."""
    told = labels(touches, arrived_at, _RULES)
    return [one for one, label in zip(touches, told, strict=True) if label is HitLabel.HUMAN]


def first_time(touches: Sequence[Touch], trace: Trace, after: int) -> Touch | None:
    """The first such touch, when it stands in the ledger beyond `after`: a step is taken once."""
    taken = sorted((one for one in touches if one.trace is trace), key=lambda one: one.append_no)
    return taken[0] if taken and taken[0].append_no > after else None
