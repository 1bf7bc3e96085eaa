"""What every written definition keeps to, even a draft."""

from collections.abc import Iterator
from typing import Any

import msgspec

from campaigns.domain.campaign.audience_rules import AUDIENCE_RULES
from campaigns.domain.campaign.content_rules import LENGTH_RULES
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.guardrail_rules import GUARDRAIL_RULES
from campaigns.domain.campaign.holdout_rules import HOLDOUT_RULES
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.campaign.trigger_rules import TRIGGER_RULES
from campaigns.domain.campaign.values import Mode
from campaigns.domain.campaign.variant_rules import VARIANT_RULES
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.names import name_breaches
from campaigns.domain.shared.wall_clocks import is_zone

LONGEST_DESCRIPTION, LONGEST_TAG, MOST_TAGS = 2_000, 64, 50
LARGEST_FREE_FORM = 65_536  # bytes of JSON
FEWEST_PER_HOUR = 100
HIGHEST_CAP = 1_000
LONGEST_LATENESS = 7 * 24 * 60
MOST_SCHEDULING_RULES = 10
Breaches = Iterator[Violation]
_NUL, _LONG_NUMBER = b"u0000", b"9" * 18
"""What is suspicious in JSON: the NUL, and numbers that may need more than 64 bits, all digits being made nines."""
_TO_NINES = bytes.maketrans(b"012345678", b"9" * 9)


def _name(definition: Definition, _: CampaignLimits) -> Breaches:
    yield from name_breaches(definition.name)


def _description(definition: Definition, _: CampaignLimits) -> Breaches:
    if definition.description is not None and len(definition.description) > LONGEST_DESCRIPTION:
        yield Violation("/description", f"the description has at most {LONGEST_DESCRIPTION} characters")


def _end(definition: Definition, _: CampaignLimits) -> Breaches:
    starts = definition.starts_at()
    if definition.end_date is not None and starts is not None and definition.end_date <= starts:
        yield Violation("/end_date", "the end must come after the start")


def _schedule(definition: Definition, _: CampaignLimits) -> Breaches:
    schedule = definition.schedule
    if schedule is None:
        return
    if not is_zone(schedule.timezone):
        yield Violation("/schedule/timezone", f"{schedule.timezone!r} is not an IANA time zone")
    if schedule.cron is not None and schedule.frequency not in (None, "once"):
        yield Violation("/schedule/frequency", "give either a cron expression or a frequency")
    if not 0 <= schedule.max_lateness_minutes <= LONGEST_LATENESS:
        yield Violation("/schedule/max_lateness_minutes", f"the lateness is between 0 and {LONGEST_LATENESS} minutes")


def _windows(definition: Definition, _: CampaignLimits) -> Breaches:
    for n, window in enumerate(definition.schedule.windows if definition.schedule else ()):
        if not window.days:
            yield Violation(f"/schedule/windows/{n}/days", "a window needs at least one day")
        if window.end <= window.start:
            yield Violation(f"/schedule/windows/{n}/end", "a window ends after it starts")


def _scheduling_rules(definition: Definition, _: CampaignLimits) -> Breaches:
    rules = definition.schedule.scheduling_rules if definition.schedule else ()
    if len(set(rules)) != len(rules):
        yield Violation("/schedule/scheduling_rules", "each scheduling rule is named once")
    if len(rules) > MOST_SCHEDULING_RULES:
        yield Violation("/schedule/scheduling_rules", f"there are at most {MOST_SCHEDULING_RULES} scheduling rules")


def _local_time(definition: Definition, _: CampaignLimits) -> Breaches:
    if not definition.follows_local_time():
        return
    pointer, experiment = "/schedule/at_recipient_local_time", definition.experiment
    if definition.mode not in (Mode.ONE_TIME, Mode.RECURRING):
        yield Violation(pointer, "only what is sent at a planned time can follow people's own clocks")
    if definition.guardrails is not None and definition.guardrails.canary is not None:
        yield Violation(pointer, "a canary and people's own clocks are not combined: its people would be zones apart")
    if experiment is not None and experiment.test_sample_percentage is not None:
        yield Violation(pointer, "a test's sample and people's own clocks are not combined: the rest would be late")


def _throttle(definition: Definition, _: CampaignLimits) -> Breaches:
    throttle = definition.throttle
    if throttle is None:
        return
    for name, limit, hours in (
        ("per_minute", throttle.per_minute, 60),
        ("per_hour", throttle.per_hour, 1),
        ("per_day", throttle.per_day, 1),
    ):
        if limit is not None and limit * hours < FEWEST_PER_HOUR:
            yield Violation(f"/throttle/{name}", f"a throttle lets at least {FEWEST_PER_HOUR} messages an hour pass")


def _frequency_cap(definition: Definition, limits: CampaignLimits) -> Breaches:
    cap = definition.frequency_cap
    if cap is None:
        return
    if not 1 <= cap.messages <= HIGHEST_CAP:
        yield Violation("/frequency_cap/messages", f"a cap is between 1 and {HIGHEST_CAP:,} messages")
    longest = limits.longest_cap_days
    if not 1 <= cap.days <= longest:
        yield Violation("/frequency_cap/days", f"a cap looks back between 1 and {longest} days")


def _budget(definition: Definition, _: CampaignLimits) -> Breaches:
    for problem in definition.budget.problems() if definition.budget else ():
        yield Violation("/budget", problem)


def _tags(definition: Definition, _: CampaignLimits) -> Breaches:
    if len(definition.tags) > MOST_TAGS:
        yield Violation("/tags", f"there are at most {MOST_TAGS} tags")
    for n, tag in enumerate(definition.tags):
        if not tag.strip() or len(tag) > LONGEST_TAG:
            yield Violation(f"/tags/{n}", f"a tag has 1 to {LONGEST_TAG} characters")


def _free_form(definition: Definition, _: CampaignLimits) -> Breaches:
    for name in ("metadata", "settings"):
        if len(repr(getattr(definition, name))) > LARGEST_FREE_FORM:
            yield Violation(f"/{name}", f"{name} has at most {LARGEST_FREE_FORM} characters of JSON")


def _storable(definition: Definition, _: CampaignLimits) -> Breaches:
    if not _is_plainly_storable(definition):
        yield from _unstorable("", msgspec.to_builtins(definition))


def _is_plainly_storable(definition: Definition) -> bool:
    """A quick look at the whole; each launch asks again, and nearly all definitions pass."""
    try:
        written = msgspec.json.encode(definition)
    except ValueError:  # lone surrogates
        return False
    return _NUL not in written and _LONG_NUMBER not in written.translate(_TO_NINES)


def _unstorable(pointer: str, value: Any) -> Breaches:
    match value:
        case str() if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            yield Violation(pointer, "text must not contain NUL or lone surrogates")
        case int() if not -(2**63) <= value < 2**63:
            yield Violation(pointer, "a whole number must fit in 64 bits")
        case dict():
            for key, part in value.items():
                yield from _unstorable(pointer, key)
                yield from _unstorable(f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", part)
        case list() | tuple():
            for n, part in enumerate(value):
                yield from _unstorable(f"{pointer}/{n}", part)


WRITING_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("a name of 1 to 255 characters", _name),
    Rule("a description of at most 2,000 characters", _description),
    Rule("text and numbers that can be stored", _storable),
    Rule("an end after the start", _end, "campaign.schedule_conflict"),
    Rule("a schedule in a known zone", _schedule),
    Rule("windows that open before they close", _windows),
    Rule("up to ten scheduling rules, each once", _scheduling_rules),
    Rule("people's own clocks for what is planned", _local_time, "campaign.schedule_conflict"),
    Rule("a throttle of at least 100 an hour", _throttle),
    Rule("a frequency cap of 1 to 1,000 messages in 1 to 30 days", _frequency_cap),
    *HOLDOUT_RULES,
    Rule("a budget in whole minor units of a known currency", _budget),
    Rule("tags of 1 to 64 characters", _tags),
    Rule("metadata and settings of bounded size", _free_form),
    *GUARDRAIL_RULES,
    *VARIANT_RULES,
    *LENGTH_RULES,
    *AUDIENCE_RULES,
    *TRIGGER_RULES,
)
