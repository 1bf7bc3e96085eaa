"""What even a draft keeps to, each rule at its edge."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.domain.campaign.given import (
    CAMPAIGN,
    EXECUTION,
    LATER,
    LIMITS,
    NOW,
    after,
    draft,
    facts,
    pointers,
    ready,
    refusal,
)

from campaigns.domain.campaign.audience_rules import conditions
from campaigns.domain.campaign.campaign import create
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.readiness import LAUNCH_RULES, require_writable
from campaigns.domain.campaign.values import (
    AudienceDefinition,
    AudienceSource,
    Conversion,
    Experiment,
    Mode,
    QuietHours,
    Schedule,
    TriggerDefinition,
    Variant,
)
from campaigns.domain.campaign.values import TestGroup as ProofGroup
from campaigns.domain.campaign.writing_rules import WRITING_RULES
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.filters import FilterStep
from campaigns.domain.shared.guardrails import Canary, Guardrails
from campaigns.domain.shared.ids import RuleId, SegmentId, TenantId, TriggerId, UserId, VariantId
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import FrequencyCap, SendWindow, Throttle

DE = {"field": "country", "operator": "equals", "value": "DE"}
NONSENSE = {"field": "country", "operator": "smells_like", "value": "DE"}


def channel(channel_type: ChannelType, **content: Any) -> tuple[Channel, ...]:
    return (Channel(channel_type=channel_type, content=Content(**content)),)


def variants(*shares: float, **fields: Any) -> tuple[Variant, ...]:
    return tuple(
        Variant(**{"variant_id": VariantId(UUID(int=n)), "name": f"V{n}", "allocation_percentage": share} | fields)
        for n, share in enumerate(shares)
    )


def trigger(**fields: Any) -> tuple[TriggerDefinition, ...]:
    return (TriggerDefinition(**{"trigger_id": TriggerId(UUID(int=1)), "event_type": "cart.left"} | fields),)


def audience(**fields: Any) -> AudienceDefinition:
    return AudienceDefinition(**fields)


def source(**fields: Any) -> AudienceSource:
    return AudienceSource(**fields)


def window(days: tuple[Any, ...] = ("mon",), start: time = time(9), end: time = time(17)) -> Schedule:
    return Schedule(windows=(SendWindow(days=days, start=start, end=end),))


def conditions_tree(count: int) -> dict[str, Any]:
    return {"all": [DE] * count}


ALLOWED: list[dict[str, Any]] = [
    {"name": "x" * 255},
    {"name": "x"},
    {"description": "x" * 2000},
    {"start_date": NOW, "end_date": NOW + timedelta(microseconds=1)},
    {"end_date": NOW},
    {"schedule": Schedule(timezone="America/New_York")},
    {"schedule": Schedule(cron="0 9 * * *", frequency="once")},
    {"schedule": Schedule(frequency="daily")},
    {"schedule": Schedule(max_lateness_minutes=0)},
    {"schedule": Schedule(max_lateness_minutes=10_080)},
    {"schedule": window()},
    {"throttle": Throttle()},
    {"throttle": Throttle(per_minute=2, per_hour=100, per_day=100)},
    {"frequency_cap": FrequencyCap(messages=1, days=1)},
    {"frequency_cap": FrequencyCap(messages=1_000, days=30)},
    {"holdout_percentage": 0},
    {"holdout_percentage": 20},
    {"holdout_percentage": 12.34},
    {"holdout_percentage": 5, "holdout_strata": ("country", "channel")},
    {"budget": Money(Decimal(0), "EUR")},
    {"budget": Money(Decimal("12.34"), "EUR")},
    {"budget": Money(Decimal(12), "JPY")},
    {"guardrails": Guardrails()},
    {"guardrails": Guardrails(max_bounce_rate=0, max_complaint_rate=100, minimum_sample=1_000_000)},
    {"guardrails": Guardrails(minimum_sample=1, canary=Canary(percentage=0.01, wait_minutes=0))},
    {"guardrails": Guardrails(canary=Canary(count=1, wait_minutes=10_080))},
    {"tags": ("x" * 64,)},
    {"tags": tuple(map(str, range(50)))},
    {"metadata": {"a": [1, 2.5, None, True, {"b": 2**63 - 1}], "c": -(2**63)}},
    {"variants": variants(20, 20, 20, 20, 20)},
    {"variants": variants(0)},
    {"variants": variants(12.34)},
    {"variants": variants(50, name="x" * 100)},
    {"experiment": Experiment(test_sample_percentage=100, duration_minutes=1, confidence=0.5, min_sample=1)},
    {"experiment": Experiment(test_sample_percentage=0.01, confidence=0.9999)},
    {"channels": channel(ChannelType.EMAIL, subject="x" * 255, body_html="x" * 100_000)},
    {"channels": channel(ChannelType.SMS, body="x" * 160)},
    {"channels": channel(ChannelType.WHATSAPP, body="x" * 1600)},
    {"audience": audience(include=(source(criteria=DE), source(user_ids=()), source(segment_id=UUID(int=1))))},
    {"audience": audience(include=(source(criteria=conditions_tree(10)),))},
    {"audience": audience(exclude=tuple(source(segment_id=SegmentId(UUID(int=n))) for n in range(5)))},
    {"audience": audience(include=(source(segment_id=UUID(int=1)),) * 6)},
    {"audience": audience(excluded_users=(UserId("x" * 255),))},
    {"audience": audience(test_groups=tuple(ProofGroup(name=str(n)) for n in range(3)))},
    {"audience": audience(filters=(FilterStep(name="x" * 100, criteria=DE), FilterStep(name="b", listed_in=("c",))))},
    {"audience": audience(filters=(FilterStep(name="b", listed_in=("c",)),) * 20)},
    {"triggers": trigger(criteria=DE, delay_minutes=525_600, frequency_limit=1, frequency_window_hours=1)},
    {"triggers": trigger(frequency_limit=None, delay_minutes=0, event_type="x" * 100)},
    {"triggers": trigger(frequency_limit=1_000_000, frequency_window_hours=1_000_000)},
    {"triggers": trigger(quiet_hours=QuietHours(start_hour=0, end_hour=23))},
    {"triggers": trigger(quiet_hours=QuietHours(start_hour=22, end_hour=7, timezone="Asia/Tokyo"))},
    {"conversion": Conversion(event_type="order.completed", window_days=1)},
    {"conversion": Conversion(event_type="x" * 100, window_days=90)},
]

INVALID = "campaign.invalid_configuration"
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "/name", INVALID),
    ({"name": " \t"}, "/name", INVALID),
    ({"name": "x" * 256}, "/name", INVALID),
    ({"name": "a\x00b"}, "/name", INVALID),
    ({"name": "a\ud800b"}, "/name", INVALID),
    ({"name": "a\udfffb"}, "/name", INVALID),
    ({"description": "x" * 2001}, "/description", INVALID),
    ({"start_date": NOW, "end_date": NOW}, "/end_date", "campaign.schedule_conflict"),
    ({"schedule": Schedule(at=NOW), "end_date": NOW}, "/end_date", "campaign.schedule_conflict"),
    ({"schedule": Schedule(timezone="Mars/Olympus")}, "/schedule/timezone", INVALID),
    ({"schedule": Schedule(timezone="../etc/passwd")}, "/schedule/timezone", INVALID),
    ({"schedule": Schedule(cron="0 9 * * *", frequency="daily")}, "/schedule/frequency", INVALID),
    ({"schedule": Schedule(max_lateness_minutes=-1)}, "/schedule/max_lateness_minutes", INVALID),
    ({"schedule": Schedule(max_lateness_minutes=10_081)}, "/schedule/max_lateness_minutes", INVALID),
    ({"schedule": window(days=())}, "/schedule/windows/0/days", INVALID),
    ({"schedule": window(end=time(9))}, "/schedule/windows/0/end", INVALID),
    ({"throttle": Throttle(per_minute=1)}, "/throttle/per_minute", INVALID),
    ({"throttle": Throttle(per_hour=99)}, "/throttle/per_hour", INVALID),
    ({"throttle": Throttle(per_day=99)}, "/throttle/per_day", INVALID),
    ({"frequency_cap": FrequencyCap(messages=0, days=1)}, "/frequency_cap/messages", INVALID),
    ({"frequency_cap": FrequencyCap(messages=1_001, days=1)}, "/frequency_cap/messages", INVALID),
    ({"frequency_cap": FrequencyCap(messages=1, days=0)}, "/frequency_cap/days", INVALID),
    ({"frequency_cap": FrequencyCap(messages=1, days=31)}, "/frequency_cap/days", INVALID),
    ({"holdout_percentage": -0.01}, "/holdout_percentage", INVALID),
    ({"holdout_percentage": 20.01}, "/holdout_percentage", INVALID),
    ({"holdout_percentage": 1.234}, "/holdout_percentage", INVALID),
    ({"holdout_strata": ("country",)}, "/holdout_strata", INVALID),
    ({"holdout_percentage": 5, "holdout_strata": ("a", "b", "c")}, "/holdout_strata", INVALID),
    ({"holdout_percentage": 5, "holdout_strata": ("a", "a")}, "/holdout_strata", INVALID),
    ({"holdout_percentage": 5, "holdout_strata": ("a", "")}, "/holdout_strata/1", INVALID),
    ({"holdout_percentage": 5, "holdout_strata": ("email",)}, "/holdout_strata/0", INVALID),
    ({"budget": Money(Decimal(-1), "EUR")}, "/budget", INVALID),
    ({"budget": Money(Decimal("1.234"), "EUR")}, "/budget", INVALID),
    ({"budget": Money(Decimal(1), "XXX")}, "/budget", INVALID),
    ({"budget": Money(Decimal("NaN"), "EUR")}, "/budget", INVALID),
    ({"budget": Money(Decimal("1e999999"), "EUR")}, "/budget", INVALID),
    ({"guardrails": Guardrails(max_bounce_rate=-0.1)}, "/guardrails/max_bounce_rate", INVALID),
    ({"guardrails": Guardrails(max_unsubscribe_rate=100.1)}, "/guardrails/max_unsubscribe_rate", INVALID),
    ({"guardrails": Guardrails(minimum_sample=0)}, "/guardrails/minimum_sample", INVALID),
    ({"guardrails": Guardrails(minimum_sample=1_000_001)}, "/guardrails/minimum_sample", INVALID),
    ({"guardrails": Guardrails(canary=Canary())}, "/guardrails/canary", INVALID),
    ({"guardrails": Guardrails(canary=Canary(percentage=5, count=5))}, "/guardrails/canary", INVALID),
    ({"guardrails": Guardrails(canary=Canary(percentage=100))}, "/guardrails/canary/percentage", INVALID),
    ({"guardrails": Guardrails(canary=Canary(percentage=0))}, "/guardrails/canary/percentage", INVALID),
    ({"guardrails": Guardrails(canary=Canary(count=0))}, "/guardrails/canary/count", INVALID),
    ({"guardrails": Guardrails(canary=Canary(count=5, wait_minutes=-1))}, "/guardrails/canary/wait_minutes", INVALID),
    (
        {"guardrails": Guardrails(canary=Canary(count=5, wait_minutes=10_081))},
        "/guardrails/canary/wait_minutes",
        INVALID,
    ),
    ({"tags": ("",)}, "/tags/0", INVALID),
    ({"tags": ("x" * 65,)}, "/tags/0", INVALID),
    ({"tags": tuple(map(str, range(51)))}, "/tags", INVALID),
    ({"metadata": {"a~/b": [2**63]}}, "/metadata/a~0~1b/0", INVALID),
    ({"metadata": {"a": -(2**63) - 1}}, "/metadata/a", INVALID),
    ({"metadata": {"a\x00": 1}}, "/metadata", INVALID),
    ({"settings": {"a": "x" * 65_537}}, "/settings", INVALID),
    ({"variants": variants(101)}, "/variants/0/allocation_percentage", INVALID),
    ({"variants": variants(1.7e308)}, "/variants/0/allocation_percentage", INVALID),
    ({"variants": variants(-1)}, "/variants/0/allocation_percentage", INVALID),
    ({"variants": variants(1.234)}, "/variants/0/allocation_percentage", INVALID),
    ({"variants": variants(60, 40.01)}, "/variants", INVALID),
    ({"variants": variants(*[10] * 6)}, "/variants", INVALID),
    ({"variants": variants(10, 10, is_control=True)}, "/variants", INVALID),
    ({"variants": variants(10, 10, name="A")}, "/variants/1/name", INVALID),
    ({"variants": variants(10, name=" ")}, "/variants/0/name", INVALID),
    ({"variants": variants(10, name="x" * 101)}, "/variants/0/name", INVALID),
    ({"variants": variants(10, 10, variant_id=VariantId(UUID(int=1)))}, "/variants/1/variant_id", INVALID),
    ({"experiment": Experiment(test_sample_percentage=0)}, "/experiment/test_sample_percentage", INVALID),
    ({"experiment": Experiment(test_sample_percentage=100.1)}, "/experiment/test_sample_percentage", INVALID),
    ({"experiment": Experiment(duration_minutes=0)}, "/experiment/duration_minutes", INVALID),
    ({"experiment": Experiment(confidence=0.49)}, "/experiment/confidence", INVALID),
    ({"experiment": Experiment(confidence=1)}, "/experiment/confidence", INVALID),
    ({"experiment": Experiment(min_sample=0)}, "/experiment/min_sample", INVALID),
    ({"channels": channel(ChannelType.EMAIL, subject="x" * 256)}, "/channels/0/content/subject", "delivery.content"),
    ({"channels": channel(ChannelType.SMS, body="x" * 161)}, "/channels/0/content/body", "delivery.content"),
    ({"channels": channel(ChannelType.WHATSAPP, body="x" * 1601)}, "/channels/0/content/body", "delivery.content"),
    (
        {"channels": (Channel(channel_type=ChannelType.SMS, locales={"kk": Content(body="x" * 161)}),)},
        "/channels/0/locales/kk/body",
        "delivery.content",
    ),
    (
        {"variants": variants(10, channels=channel(ChannelType.SMS, body="x" * 161))},
        "/variants/0/channels/0/content/body",
        "delivery.content",
    ),
    ({"audience": audience(include=(source(),))}, "/audience/include/0", "audience.invalid_rules"),
    (
        {"audience": audience(include=(source(dataset="Not a slug"),))},
        "/audience/include/0/dataset",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(exclude=(source(criteria=DE, user_ids=()),))},
        "/audience/exclude/0",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(include=(source(criteria=NONSENSE),))},
        "/audience/include/0/criteria/operator",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(include=(source(criteria=conditions_tree(11)),))},
        "/audience",
        "campaign.resource_limit",
    ),
    (
        {"audience": audience(include=tuple(source(segment_id=SegmentId(UUID(int=n))) for n in range(6)))},
        "/audience",
        "campaign.resource_limit",
    ),
    ({"audience": audience(excluded_users=(UserId(""),))}, "/audience/excluded_users/0", "audience.invalid_rules"),
    (
        {"audience": audience(include=(source(user_ids=("u", "x" * 256)),))},
        "/audience/include/0/user_ids/1",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(test_groups=(ProofGroup(name="a", user_ids=(UserId(""),)),))},
        "/audience/test_groups/0/user_ids/0",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(test_groups=tuple(ProofGroup(name=str(n)) for n in range(4)))},
        "/audience/test_groups",
        "audience.test_group",
    ),
    (
        {"audience": audience(test_groups=(ProofGroup(name=" "),))},
        "/audience/test_groups/0/name",
        "audience.test_group",
    ),
    (
        {"audience": audience(targeting_rules=(RuleId(UUID(int=1)),) * 2)},
        "/audience/targeting_rules",
        "audience.targeting_conflict",
    ),
    ({"audience": audience(filters=(FilterStep(name="a"),))}, "/audience/filters/0", "audience.invalid_rules"),
    (
        {"audience": audience(filters=(FilterStep(name=" ", criteria=DE),))},
        "/audience/filters/0/name",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(filters=(FilterStep(name="a", criteria=NONSENSE),))},
        "/audience/filters/0/criteria/operator",
        "audience.invalid_rules",
    ),
    (
        {"audience": audience(filters=(FilterStep(name="a", criteria=DE),) * 21)},
        "/audience/filters",
        "audience.invalid_rules",
    ),
    ({"triggers": trigger() * 21}, "/triggers", INVALID),
    ({"triggers": trigger() * 2}, "/triggers/1/trigger_id", INVALID),
    ({"triggers": trigger(event_type=" ")}, "/triggers/0/event_type", INVALID),
    ({"triggers": trigger(event_type="x" * 101)}, "/triggers/0/event_type", INVALID),
    ({"triggers": trigger(criteria=NONSENSE)}, "/triggers/0/criteria/operator", INVALID),
    ({"triggers": trigger(delay_minutes=-1)}, "/triggers/0/delay_minutes", INVALID),
    ({"triggers": trigger(delay_minutes=525_601)}, "/triggers/0/delay_minutes", INVALID),
    ({"triggers": trigger(frequency_limit=0)}, "/triggers/0/frequency_limit", INVALID),
    ({"triggers": trigger(frequency_limit=1_000_001)}, "/triggers/0/frequency_limit", INVALID),
    ({"triggers": trigger(frequency_window_hours=0)}, "/triggers/0/frequency_window_hours", INVALID),
    ({"triggers": trigger(frequency_window_hours=1_000_001)}, "/triggers/0/frequency_window_hours", INVALID),
    (
        {"triggers": trigger(quiet_hours=QuietHours(start_hour=24, end_hour=0))},
        "/triggers/0/quiet_hours/start_hour",
        INVALID,
    ),
    (
        {"triggers": trigger(quiet_hours=QuietHours(start_hour=0, end_hour=-1))},
        "/triggers/0/quiet_hours/end_hour",
        INVALID,
    ),
    (
        {"triggers": trigger(quiet_hours=QuietHours(start_hour=0, end_hour=1, timezone="Mars"))},
        "/triggers/0/quiet_hours/timezone",
        INVALID,
    ),
    ({"conversion": Conversion(event_type="")}, "/conversion/event_type", INVALID),
    ({"conversion": Conversion(event_type="a", window_days=0)}, "/conversion/window_days", INVALID),
    ({"conversion": Conversion(event_type="a", window_days=91)}, "/conversion/window_days", INVALID),
]


@pytest.mark.parametrize("fields", ALLOWED, ids=repr)
def test_a_draft_may_say_this(fields: dict[str, Any]) -> None:
    require_writable(Definition(**{"name": "Spring"} | fields), LIMITS)


@pytest.mark.parametrize(("fields", "pointer", "code"), REFUSED, ids=lambda value: repr(value).replace("\\", "|")[:60])
def test_not_even_a_draft_may_say_this(fields: dict[str, Any], pointer: str, code: str) -> None:
    definition = Definition(**{"name": "Spring"} | fields)
    error = refusal(lambda: require_writable(definition, LIMITS))
    assert pointer in pointers(error)
    assert error.code == code
    assert all(violation.message.strip() for violation in error.violations)


@pytest.mark.parametrize(("fields", "pointer", "code"), REFUSED[:3])
def test_neither_creating_nor_updating_gets_around_the_rules(fields: dict[str, Any], pointer: str, code: str) -> None:
    definition = Definition(**{"name": "Spring"} | fields)
    attempts = (
        lambda: create(CAMPAIGN, TenantId("t"), definition, LIMITS, at=NOW, by="a"),
        lambda: draft().update(definition, LIMITS, at=LATER, by="a"),
    )
    for attempt in attempts:
        error = refusal(attempt)
        assert isinstance(error, DomainError)
        assert (pointer in pointers(error), error.code) == (True, code)


def test_breaches_of_several_codes_are_an_invalid_configuration() -> None:
    worse = Definition(name="", end_date=NOW, start_date=NOW)
    error = refusal(lambda: require_writable(worse, LIMITS))
    assert (error.code, pointers(error)) == (INVALID, ["/name", "/end_date"])


def test_a_tenant_s_own_limits_hold() -> None:
    strict = CampaignLimits(inline_rules=0, segments=0, test_groups=0, variants=0)
    greedy = Definition(
        name="Spring",
        variants=variants(1),
        audience=audience(
            include=(source(criteria=DE), source(segment_id=UUID(int=1))), test_groups=(ProofGroup(name="a"),)
        ),
    )
    found = pointers(refusal(lambda: require_writable(greedy, strict)))
    assert found == ["/variants", "/audience", "/audience", "/audience/test_groups"]


@pytest.mark.parametrize(
    ("tree", "count"),
    [
        (DE, 1),
        ({"any": [DE, DE]}, 2),
        ({"not": {"all": [DE, {"any": [DE, DE]}]}}, 3),
        ({"not": [DE, DE]}, 2),
        ({"all": []}, 0),
    ],
)
def test_conditions_are_counted_however_they_are_nested(tree: dict[str, Any], count: int) -> None:
    assert conditions(tree) == count


def test_rules_are_told_apart_by_name() -> None:
    names = [rule.name for rule in (*WRITING_RULES, *LAUNCH_RULES)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("change", "pointer"), [({"mode": Mode.TRIGGERED}, "/mode"), ({"holdout_percentage": 3}, "/holdout_percentage")]
)
def test_what_people_already_received_cannot_be_unsettled(change: dict[str, Any], pointer: str) -> None:
    running = after(draft(), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="a"))
    paused = after(running, lambda c: c.pause(None, 0, at=LATER, by="a"))
    wanted = replace(paused.definition, **change)
    assert pointers(refusal(lambda: paused.update(wanted, LIMITS, at=LATER, by="a"))) == [pointer]


def test_what_a_holdout_is_drawn_by_is_settled_by_the_first_launch() -> None:
    definition = ready(Mode.ONE_TIME, holdout_percentage=5, holdout_strata=("country",))
    running = after(draft(definition), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="a"))
    paused = after(running, lambda c: c.pause(None, 0, at=LATER, by="a"))
    wanted = replace(definition, holdout_strata=("channel",))
    assert pointers(refusal(lambda: paused.update(wanted, LIMITS, at=LATER, by="a"))) == ["/holdout_strata"]


def test_triggers_draw_from_no_audience() -> None:
    wanted = ready(Mode.TRIGGERED, holdout_percentage=5, holdout_strata=("country",))
    assert pointers(refusal(lambda: draft().update(wanted, LIMITS, at=LATER, by="a"))) == ["/holdout_strata"]


def test_a_draft_changes_its_mode_and_its_holdout_freely() -> None:
    assert draft().update(ready(Mode.ALWAYS_ON, holdout_percentage=3), LIMITS, at=LATER, by="a")
