"""What a campaign needs before it goes out; every broken rule is named."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.domain.campaign.given import (
    EVERYBODY,
    EXECUTION,
    LATER,
    LIMITS,
    MAIL,
    NOW,
    draft,
    facts,
    pointers,
    ready,
    refusal,
)

from campaigns.domain.campaign.content_rules import NEEDED, missing
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import ConfigurationError
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.readiness import LaunchFacts, require_ready
from campaigns.domain.campaign.values import AudienceDefinition, Experiment, Mode, Schedule, Variant
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import VariantId

OFF = replace(MAIL, enabled=False)
EMPTY = replace(MAIL, content=Content())
SENDING = [Mode.ONE_TIME, Mode.RECURRING, Mode.TRIGGERED]


def variant(number: int, share: float, *channels: Channel, control: bool = False) -> Variant:
    return Variant(
        variant_id=VariantId(UUID(int=number)),
        name=f"V{number}",
        allocation_percentage=share,
        is_control=control,
        channels=channels,
    )


def broken(definition: Definition, known: LaunchFacts | None = None, *, ahead: bool = False) -> tuple[str, list[str]]:
    """The code and the pointers of the refusal; nothing when it is ready."""
    try:
        require_ready(definition, known or facts(), ahead=ahead)
    except ConfigurationError as error:
        return error.code, pointers(error)
    return "", []


@pytest.mark.parametrize("mode", Mode)
def test_what_is_complete_is_ready(mode: Mode) -> None:
    assert broken(ready(mode)) == ("", [])


def test_an_always_on_campaign_needs_nothing_but_its_name() -> None:
    assert broken(Definition(name="Spring"), facts(audience_size=None)) == ("", [])


@pytest.mark.parametrize("mode", SENDING)
@pytest.mark.parametrize("channels", [(), (OFF,)])
def test_what_sends_needs_an_enabled_channel(mode: Mode, channels: tuple[Channel, ...]) -> None:
    assert broken(ready(mode, channels=channels)) == ("delivery.content", ["/channels"])


@pytest.mark.parametrize("mode", SENDING)
def test_what_sends_needs_complete_content(mode: Mode) -> None:
    assert broken(ready(mode, channels=(EMPTY,))) == ("delivery.content", ["/channels/0/content"] * 3)


def test_a_disabled_channel_may_stay_incomplete() -> None:
    assert broken(ready(channels=(MAIL, replace(EMPTY, enabled=False)))) == ("", [])


def test_the_sentence_says_which_field_is_missing() -> None:
    found = refusal(lambda: require_ready(ready(channels=(EMPTY,)), facts()))
    assert [violation.message for violation in found.violations] == [
        "email content needs subject",
        "email content needs sender_email",
        "email content needs body_html or body_text",
    ]


@pytest.mark.parametrize("channel_type", ChannelType)
def test_every_channel_says_what_it_needs(channel_type: ChannelType) -> None:
    assert missing(Channel(channel_type=channel_type)) == tuple(" or ".join(group) for group in NEEDED[channel_type])
    whole = Content(**{group[0]: "https://a.example" for group in NEEDED[channel_type]})
    assert missing(Channel(channel_type=channel_type, content=whole)) == ()


def test_a_template_stands_for_the_content() -> None:
    assert missing(Channel(channel_type=ChannelType.EMAIL, template_id="welcome")) == ()


def test_a_template_does_not_stand_for_a_webhook_s_address() -> None:
    assert missing(Channel(channel_type=ChannelType.WEBHOOK, template_id="welcome")) == ("url",)


def test_variants_with_channels_of_their_own_need_none_of_the_campaign() -> None:
    both = (variant(1, 50, MAIL), variant(2, 50, MAIL))
    assert broken(ready(channels=(), variants=both)) == ("", [])


def test_one_variant_without_channels_needs_those_of_the_campaign() -> None:
    mixed = (variant(1, 50, MAIL), variant(2, 50))
    assert broken(ready(channels=(), variants=mixed)) == ("delivery.content", ["/channels"])


def test_a_control_needs_no_channel() -> None:
    controlled = (variant(1, 90, MAIL), variant(2, 10, control=True))
    assert broken(ready(channels=(), variants=controlled)) == ("", [])


def test_a_control_s_own_channels_may_be_incomplete() -> None:
    controlled = (variant(1, 90), variant(2, 10, EMPTY, control=True))
    assert broken(ready(variants=controlled)) == ("", [])


def test_a_variant_s_own_channel_must_be_complete() -> None:
    incomplete = (variant(1, 50, OFF), variant(2, 50, EMPTY))
    assert broken(ready(variants=incomplete)) == (
        "delivery.content",
        ["/variants/0/channels", *["/variants/1/channels/0/content"] * 3],
    )


@pytest.mark.parametrize("mode", [Mode.ONE_TIME, Mode.RECURRING])
def test_what_is_sent_to_an_audience_needs_one(mode: Mode) -> None:
    nobody = ready(mode, audience=AudienceDefinition())
    assert broken(nobody, facts(audience_size=None)) == ("campaign.invalid_configuration", ["/audience/include"])


def test_a_triggered_campaign_finds_its_people_by_itself() -> None:
    assert broken(ready(Mode.TRIGGERED, audience=AudienceDefinition())) == ("", [])


def test_a_triggered_campaign_needs_an_enabled_trigger() -> None:
    definition = ready(Mode.TRIGGERED)
    off = tuple(replace(trigger, enabled=False) for trigger in definition.triggers)
    assert broken(replace(definition, triggers=off)) == ("campaign.invalid_configuration", ["/triggers"])
    assert broken(replace(definition, triggers=(*off, *definition.triggers)))[1] != ["/triggers"]


@pytest.mark.parametrize(("shares", "is_ready"), [((50, 50), True), ((33.33, 66.67), True), ((50, 49.99), False)])
def test_allocations_sum_to_a_hundred(shares: tuple[float, ...], is_ready: bool) -> None:
    variants = tuple(variant(n, share) for n, share in enumerate(shares, 1))
    expected = ("", []) if is_ready else ("campaign.invalid_configuration", ["/variants"])
    assert broken(ready(variants=variants)) == expected


def test_an_experiment_compares_two_variants() -> None:
    alone = ready(experiment=Experiment(), variants=(variant(1, 100),))
    assert broken(alone) == ("campaign.invalid_configuration", ["/variants"])
    two = ready(experiment=Experiment(), variants=(variant(1, 50), variant(2, 50)))
    assert broken(two) == ("", [])


def test_somebody_must_be_sent_to() -> None:
    assert broken(ready(variants=(variant(1, 100, control=True),)))[1] == ["/variants"]


@pytest.mark.parametrize("schedule", [None, Schedule(), Schedule(frequency="once")])
def test_a_recurring_campaign_says_when(schedule: Schedule | None) -> None:
    silent = ready(Mode.RECURRING, schedule=schedule)
    assert broken(silent) == ("campaign.invalid_configuration", ["/schedule"])


@pytest.mark.parametrize("schedule", [Schedule(frequency="daily"), Schedule(cron="0 9 * * 1")])
def test_a_frequency_or_a_cron_expression_will_do(schedule: Schedule) -> None:
    assert broken(ready(Mode.RECURRING, schedule=schedule)) == ("", [])


def test_what_is_wrong_with_a_recurrence_concerns_recurring_campaigns_alone() -> None:
    odd = facts(recurrence_problems=(Violation("/schedule/cron", "every minute"),))
    assert broken(ready(Mode.RECURRING), odd)[1] == ["/schedule/cron"]
    assert broken(ready(Mode.TRIGGERED), odd) == ("", [])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("content_problems", "delivery.content"),
        ("rule_problems", "audience.invalid_rules"),
        ("address_problems", "delivery.channel_unavailable"),
    ],
)
def test_what_the_outside_objects_to_is_named_with_its_code(name: str, code: str) -> None:
    objecting = facts(**{name: (Violation("/x", "no"), Violation("/y", "no"))})
    assert broken(ready(), objecting) == (code, ["/x", "/y"])


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (0, "audience.empty_segment"),
        (1, ""),
        (1_000_000, ""),
        (1_000_001, "campaign.resource_limit"),
        (None, ""),
    ],
)
def test_the_audience_is_neither_empty_nor_too_large(size: int | None, code: str) -> None:
    assert broken(ready(), facts(audience_size=size))[0] == code


def test_the_tenant_s_own_limit_holds() -> None:
    small = facts(limits=CampaignLimits(audience=1))
    assert broken(ready(), small) == ("campaign.resource_limit", ["/audience"])


def test_an_end_that_has_passed_is_no_end() -> None:
    assert broken(ready(end_date=LATER)) == ("campaign.schedule_conflict", ["/end_date"])
    assert broken(ready(end_date=LATER + timedelta(seconds=1))) == ("", [])


@pytest.mark.parametrize(("minutes", "is_ready"), [(4.99, False), (5, True)])
def test_a_start_is_planned_at_least_five_minutes_ahead(minutes: float, is_ready: bool) -> None:
    soon = ready(start_date=LATER + timedelta(minutes=minutes))
    expected = ("", []) if is_ready else ("campaign.schedule_conflict", ["/schedule/at"])
    assert broken(soon, ahead=True) == expected
    assert broken(soon) == ("", [])


def test_how_far_ahead_is_a_setting() -> None:
    soon = ready(start_date=LATER + timedelta(minutes=4))
    assert broken(soon, facts(limits=CampaignLimits(minimum_notice_minutes=4)), ahead=True) == ("", [])


def test_without_a_start_nothing_is_planned_ahead() -> None:
    assert broken(ready(), ahead=True)[1] == ["/schedule/at"]


def test_a_refusal_names_every_broken_rule_and_not_only_the_first() -> None:
    worst: dict[str, Any] = {
        "name": " ",
        "channels": (EMPTY,),
        "audience": AudienceDefinition(),
        "variants": (variant(1, 50), variant(2, 40)),
        "end_date": NOW,
        "holdout_percentage": 21,
    }
    outside = facts(
        audience_size=None,
        content_problems=(Violation("/content", "unknown filter"),),
        rule_problems=(Violation("/rules", "disabled"),),
        address_problems=(Violation("/url", "inside"),),
    )
    code, found = broken(ready(**worst), outside)
    assert code == "campaign.invalid_configuration"
    assert set(found) == {
        "/name",
        "/holdout_percentage",
        "/channels/0/content",
        "/audience/include",
        "/variants",
        "/end_date",
        "/content",
        "/rules",
        "/url",
    }


def test_a_campaign_that_is_not_ready_is_not_launched_by_any_command() -> None:
    unready = draft(ready(channels=()))
    start = NOW + timedelta(hours=2)
    for decide in (
        lambda: unready.activate(EXECUTION, facts(), at=LATER, by="o"),
        lambda: unready.start(EXECUTION, facts(), at=LATER, by="o"),
        lambda: unready.schedule(start, None, facts(), at=LATER, by="o"),
    ):
        assert pointers(refusal(decide)) == ["/channels"]


def test_limits_count_in_what_is_launched() -> None:
    assert CampaignLimits() == LIMITS
    assert broken(ready(audience=EVERYBODY), facts(limits=CampaignLimits(variants=0))) == ("", [])
