"""What a trigger decides about an event whose condition holds; the order of the questions is the rule."""

from datetime import datetime

from msgspec import Struct

from campaigns.domain.shared.ids import UserId
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Frequency, allows
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.quiet_hours import quiet_until
from campaigns.domain.trigger.rules import USER_LOCAL, TriggerRule


class Bystander(Struct, frozen=True):
    """How a person stands to a campaign. `zone` is their own, None where nobody knows it."""

    in_audience: bool = True
    held_out: bool = False
    zone: str | None = None


class Decision(Struct, frozen=True, gc=False):
    """`due_at`: when it acts; None where it does not, and then it does not count against the frequency limit."""

    rule: TriggerRule
    event_no: int
    user_id: UserId
    outcome: Outcome
    due_at: datetime | None = None


def decide(rule: TriggerRule, event: OutsideEvent, person: Bystander, frequency: Frequency, now: datetime) -> Decision:
    """Counts what acts. Who is held out counts as if they were written to, so that both can be compared."""
    acts = frequency.of(rule, event.user_id)
    outcome, due = judge(rule, event, person, acts, now)
    if due is not None:
        acts.append(due)
    return Decision(rule, event.event_no, event.user_id, outcome, due)


def judge(
    rule: TriggerRule, event: OutsideEvent, person: Bystander, acts: list[datetime], now: datetime
) -> tuple[Outcome, datetime | None]:
    """The outcome, and when the trigger acts if it does; `acts` are the instants at which it does so already."""
    if rule.starts_at is not None and now < rule.starts_at:
        return Outcome.DISABLED, None
    if not person.in_audience:
        return Outcome.NOT_IN_AUDIENCE, None
    due = max(now, min(event.at, now) + rule.delay)
    quiet = ends_quiet(rule, person.zone, due) if rule.quiet_hours is not None else None
    allowed = allows(rule, acts, quiet or due)
    skipped = quiet is not None and rule.quiet_hours is not None and rule.quiet_hours.policy == "skip"
    if person.held_out:
        return Outcome.HOLDOUT, (quiet or due) if allowed and not skipped else None
    if not allowed:
        return Outcome.FREQUENCY_LIMIT, None
    if skipped:
        return Outcome.QUIET_HOURS, None
    return (Outcome.HELD, quiet) if quiet else (Outcome.WAITING, due)


def ends_quiet(rule: TriggerRule, zone: str | None, at: datetime) -> datetime | None:
    """When the quiet hours end that this person is in at `at`; None outside them."""
    if rule.quiet_hours is None:
        return None
    named = rule.quiet_hours.timezone
    return quiet_until(rule.quiet_hours, (zone or rule.zone) if named == USER_LOCAL else named, at)
