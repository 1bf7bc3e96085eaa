"""What stands at the end of a delay: the trigger, the campaign and the person as they are by then."""

from datetime import datetime

from campaigns.domain.trigger.deciding import Bystander, ends_quiet
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.rules import TriggerRule


def judge_due(
    rule: TriggerRule | None, person: Bystander, now: datetime, *, condition_holds: bool
) -> tuple[Outcome, datetime | None]:
    """FIRED, HOLDOUT, or why not; HELD with a new instant when it waits once more. No rule: it is gone, or disabled."""
    if rule is None:
        return Outcome.DISABLED, None
    if not condition_holds:
        return Outcome.CONDITION_FALSE, None
    if not person.in_audience:
        return Outcome.NOT_IN_AUDIENCE, None
    return (Outcome.HOLDOUT, None) if person.held_out else _unless_quiet(rule, person, now)


def _unless_quiet(rule: TriggerRule, person: Bystander, now: datetime) -> tuple[Outcome, datetime | None]:
    quiet = ends_quiet(rule, person.zone, now)
    if quiet is None:
        return Outcome.FIRED, None
    if rule.quiet_hours is not None and rule.quiet_hours.policy == "skip":
        return Outcome.QUIET_HOURS, None
    return Outcome.HELD, quiet
