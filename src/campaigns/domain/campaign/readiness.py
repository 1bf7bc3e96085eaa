"""Whether a campaign may go out: one list of named rules, and a refusal that names every breach."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from campaigns.domain.campaign.content_rules import missing
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.experiment_rules import unready_rest, unsuitable
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule, broken, refuse
from campaigns.domain.campaign.values import Mode
from campaigns.domain.campaign.variant_rules import WHOLE, allocated
from campaigns.domain.campaign.writing_rules import WRITING_RULES
from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.errors import Violation

_SENDING = frozenset({Mode.ONE_TIME, Mode.RECURRING, Mode.TRIGGERED})
_ADDRESSING = frozenset({Mode.ONE_TIME, Mode.RECURRING})


class LaunchFacts(Struct, frozen=True, kw_only=True):
    """What the outside says about a definition at the moment of its launch.

    `audience_size` is None where nobody is addressed at launch (always_on, triggered). The problems carry pointers
    into the definition; they are empty when the outside has nothing to object.
    """

    now: datetime
    limits: CampaignLimits
    audience_size: int | None = None
    content_problems: tuple[Violation, ...] = ()
    rule_problems: tuple[Violation, ...] = ()
    address_problems: tuple[Violation, ...] = ()
    recurrence_problems: tuple[Violation, ...] = ()


Breaches = Iterator[Violation]


def _channels(definition: Definition, _: LaunchFacts) -> Breaches:
    if definition.mode not in _SENDING:
        return
    yield from _complete("/channels", definition.channels, needed=_campaign_sends(definition))
    for n, variant in enumerate(definition.variants):
        if variant.channels and not variant.is_control:
            yield from _complete(f"/variants/{n}/channels", variant.channels, needed=True)


def _campaign_sends(definition: Definition) -> bool:
    sending = [variant for variant in definition.variants if not variant.is_control]
    return not sending or any(not variant.channels for variant in sending)


def _complete(pointer: str, channels: tuple[Channel, ...], *, needed: bool) -> Breaches:
    enabled = [(n, channel) for n, channel in enumerate(channels) if channel.enabled]
    if needed and not enabled:
        yield Violation(pointer, "at least one enabled channel is needed")
    for n, channel in enabled:
        for field in missing(channel):
            yield Violation(f"{pointer}/{n}/content", f"{channel.channel_type} content needs {field}")


def _include(definition: Definition, _: LaunchFacts) -> Breaches:
    if definition.mode in _ADDRESSING and not definition.audience.include:
        yield Violation("/audience/include", "at least one source of people is needed")


def _trigger(definition: Definition, _: LaunchFacts) -> Breaches:
    if definition.mode is Mode.TRIGGERED and not any(trigger.enabled for trigger in definition.triggers):
        yield Violation("/triggers", "at least one enabled trigger is needed")


def _allocations(definition: Definition, _: LaunchFacts) -> Breaches:
    if definition.variants and allocated(definition) != WHOLE:
        yield Violation("/variants", f"the allocations sum to 100 percent, not {allocated(definition) / 100:g}")


def _experiment(definition: Definition, _: LaunchFacts) -> Breaches:
    sending = [variant for variant in definition.variants if not variant.is_control]
    if definition.experiment is not None and len(definition.variants) < 2:  # noqa: PLR2004 - a comparison
        yield Violation("/variants", "an experiment compares at least two variants")
    if definition.variants and not sending:
        yield Violation("/variants", "at least one variant sends")


def _suits(definition: Definition, _: LaunchFacts) -> Breaches:
    yield from unsuitable(definition)


def _rest(definition: Definition, _: LaunchFacts) -> Breaches:
    yield from unready_rest(definition)


def _recurrence(definition: Definition, facts: LaunchFacts) -> Breaches:
    schedule = definition.schedule
    if definition.mode is not Mode.RECURRING:
        return
    if schedule is None or (schedule.cron is None and schedule.frequency in (None, "once")):
        yield Violation("/schedule", "a recurring campaign needs a cron expression or a frequency")
    yield from facts.recurrence_problems


def _not_over(definition: Definition, facts: LaunchFacts) -> Breaches:
    if definition.end_date is not None and definition.end_date <= facts.now:
        yield Violation("/end_date", "the end has passed")


def _content(_: Definition, facts: LaunchFacts) -> Breaches:
    yield from facts.content_problems


def _targeting(_: Definition, facts: LaunchFacts) -> Breaches:
    yield from facts.rule_problems


def _addresses(_: Definition, facts: LaunchFacts) -> Breaches:
    yield from facts.address_problems


def _somebody(definition: Definition, facts: LaunchFacts) -> Breaches:
    if facts.audience_size == 0 and definition.audience.include:
        yield Violation("/audience", "nobody is in the audience")


def _not_too_many(_: Definition, facts: LaunchFacts) -> Breaches:
    most = facts.limits.audience
    if facts.audience_size is not None and facts.audience_size > most:
        yield Violation("/audience", f"the audience has {facts.audience_size} people; at most {most} are allowed")


def _notice(definition: Definition, facts: LaunchFacts) -> Breaches:
    start, minutes = definition.starts_at(), facts.limits.minimum_notice_minutes
    if start is None or start < facts.now + timedelta(minutes=minutes):
        yield Violation("/schedule/at", f"the start must be at least {minutes} minutes ahead")


LAUNCH_RULES: tuple[Rule[LaunchFacts], ...] = (
    Rule("an enabled channel with complete content for each variant that sends", _channels, "delivery.content"),
    Rule("a source of people for what is sent to an audience", _include),
    Rule("an enabled trigger for what waits for one", _trigger),
    Rule("allocations of 100 percent together", _allocations),
    Rule("an experiment between at least two variants", _experiment),
    Rule("a test that suits the campaign", _suits),
    Rule("a rest that can get any of the variants", _rest),
    Rule("a recurrence of at least an hour", _recurrence),
    Rule("an end that has not passed", _not_over, "campaign.schedule_conflict"),
    Rule("templates that compile and use only known functions", _content, "delivery.content"),
    Rule("targeting rules that exist and are enabled", _targeting, "audience.invalid_rules"),
    Rule("webhook addresses that the policy lets out", _addresses, "delivery.channel_unavailable"),
    Rule("an audience that is not empty", _somebody, "audience.empty_segment"),
    Rule("an audience within the tenant's limit", _not_too_many, "campaign.resource_limit"),
)
NOTICE_RULE: Rule[LaunchFacts] = Rule("a start at least five minutes ahead", _notice, "campaign.schedule_conflict")


def require_writable(definition: Definition, limits: CampaignLimits) -> None:
    """Refuse a definition that not even a draft may hold."""
    refuse(broken(WRITING_RULES, definition, limits), "The campaign's definition breaks rules")


def require_ready(definition: Definition, facts: LaunchFacts, *, ahead: bool = False) -> None:
    """Refuse to launch what is not ready; `ahead` when the launch is for later."""
    rules = (*LAUNCH_RULES, NOTICE_RULE) if ahead else LAUNCH_RULES
    breaches = [*broken(WRITING_RULES, definition, facts.limits), *broken(rules, definition, facts)]
    refuse(breaches, "The campaign is not ready to be launched")
