"""What triggers and conversions keep to."""

from collections.abc import Iterator, Sequence

from campaigns.domain.campaign.audience_rules import criteria_breaches
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.campaign.values import QuietHours, TriggerDefinition
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.wall_clocks import is_zone

LONGEST_EVENT_TYPE = 100
MOST_TRIGGERS = 20
LONGEST_DELAY = 365 * 24 * 60
LONGEST_WINDOW = 90
LARGEST_COUNT = 1_000_000
HOURS = range(24)


def _event_type(pointer: str, event_type: str) -> Iterator[Violation]:
    if not event_type.strip() or len(event_type) > LONGEST_EVENT_TYPE:
        yield Violation(pointer, f"an event type has 1 to {LONGEST_EVENT_TYPE} characters")


def breaches(triggers: Sequence[TriggerDefinition]) -> tuple[Violation, ...]:
    """Everything that is wrong with them, below `/triggers`."""
    return tuple(_of_triggers(triggers))


def _triggers(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    yield from _of_triggers(definition.triggers)


def _of_triggers(triggers: Sequence[TriggerDefinition]) -> Iterator[Violation]:
    if len(triggers) > MOST_TRIGGERS:
        yield Violation("/triggers", f"there are at most {MOST_TRIGGERS} triggers")
    ids = set[object]()
    for n, trigger in enumerate(triggers):
        yield from _trigger(f"/triggers/{n}", trigger)
        if trigger.trigger_id in ids:
            yield Violation(f"/triggers/{n}/trigger_id", "the ids of triggers differ")
        ids.add(trigger.trigger_id)


def _trigger(pointer: str, trigger: TriggerDefinition) -> Iterator[Violation]:
    yield from _event_type(f"{pointer}/event_type", trigger.event_type)
    if trigger.criteria is not None:
        yield from criteria_breaches(f"{pointer}/criteria", trigger.criteria)
    if not 0 <= trigger.delay_minutes <= LONGEST_DELAY:
        yield Violation(f"{pointer}/delay_minutes", f"a delay is between 0 and {LONGEST_DELAY} minutes")
    if trigger.frequency_limit is not None and not 1 <= trigger.frequency_limit <= LARGEST_COUNT:
        yield Violation(f"{pointer}/frequency_limit", f"a frequency limit is between 1 and {LARGEST_COUNT}")
    if not 1 <= trigger.frequency_window_hours <= LARGEST_COUNT:
        yield Violation(f"{pointer}/frequency_window_hours", f"a window is between 1 and {LARGEST_COUNT} hours")
    if trigger.quiet_hours is not None:
        yield from _quiet_hours(f"{pointer}/quiet_hours", trigger.quiet_hours)


def _quiet_hours(pointer: str, quiet: QuietHours) -> Iterator[Violation]:
    for name, hour in (("start_hour", quiet.start_hour), ("end_hour", quiet.end_hour)):
        if hour not in HOURS:
            yield Violation(f"{pointer}/{name}", "an hour is between 0 and 23")
    if quiet.timezone != "user_local" and not is_zone(quiet.timezone):
        yield Violation(f"{pointer}/timezone", f"{quiet.timezone!r} is neither user_local nor an IANA time zone")


def _conversion(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    conversion = definition.conversion
    if conversion is None:
        return
    yield from _event_type("/conversion/event_type", conversion.event_type)
    if not 1 <= conversion.window_days <= LONGEST_WINDOW:
        yield Violation("/conversion/window_days", f"the attribution window is between 1 and {LONGEST_WINDOW} days")


TRIGGER_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("triggers on named events with usable numbers", _triggers),
    Rule("a conversion by a named event within 90 days", _conversion),
)
