"""A test is decided once; its question is settled at launch; shares always come to a hundred percent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.domain.campaign.given import CAMPAIGN, EXECUTION, LATER, LIMITS, MAIL, NOW, OPERATOR, facts, ready, refusal

from campaigns.domain.campaign.campaign import Campaign, create
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import ConfigurationError, ExperimentDecidedError, NoExperimentError
from campaigns.domain.campaign.events import CampaignSharesDrawn, CampaignWinnerDeclared, CampaignWinnerNotFound
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.readiness import require_ready
from campaigns.domain.campaign.sharing import draw, percentages
from campaigns.domain.campaign.testing import declare_by_figures, declare_by_hand, end_without_winner, is_undecided
from campaigns.domain.campaign.values import ArmFigures, Experiment, Finding, Mode, Status, Variant
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId, VariantId

A, B, CONTROL = (VariantId(UUID(int=n)) for n in (11, 12, 13))
WHO: dict[str, Any] = {"at": LATER, "by": OPERATOR}
TEXT = Channel(channel_type=ChannelType.SMS, content=Content(body="Hello"))


def variant(variant_id: VariantId, share: float, *channels: Channel, control: bool = False) -> Variant:
    name = {A: "A", B: "B", CONTROL: "Control"}[variant_id]
    return Variant(variant_id=variant_id, name=name, allocation_percentage=share, is_control=control, channels=channels)


THREE = (variant(A, 45), variant(B, 45), variant(CONTROL, 10, control=True))


def comparing(mode: Mode = Mode.ONE_TIME, **said: Any) -> Definition:
    sample = {} if mode is Mode.TRIGGERED else {"test_sample_percentage": 20}
    return ready(mode, variants=THREE, experiment=Experiment(**(sample | said)))


def running(definition: Definition) -> Campaign:
    (created,) = create(CAMPAIGN, TenantId("t"), definition, LIMITS, at=NOW, by=OPERATOR)
    campaign = evolve(None, created)
    for event in campaign.activate(EXECUTION, facts(), at=NOW, by=OPERATOR):
        campaign = evolve(campaign, event)
    return campaign


def arm(variant_id: VariantId, name: str, *, control: bool = False) -> ArmFigures:
    return ArmFigures(variant_id=variant_id, name=name, people=100, successes=20, value=0.2, is_control=control)


FINDING = Finding(
    criterion="open_rate",
    confidence=0.95,
    outcome="keep_looking",
    arms=(arm(A, "A"), arm(B, "B"), arm(CONTROL, "Control", control=True)),
)


def problems(definition: Definition) -> dict[str, str]:
    try:
        require_ready(definition, facts())
    except ConfigurationError as error:
        return {violation.pointer: violation.message for violation in error.violations}
    return {}


def test_a_winner_is_declared_once_by_figures_or_by_a_person() -> None:
    campaign = running(comparing())
    for decided in (
        declare_by_hand(campaign, EXECUTION, B, FINDING, **WHO),
        declare_by_figures(campaign, EXECUTION, arm(B, "B"), FINDING, **WHO),
    ):
        (event,) = decided
        assert isinstance(event, CampaignWinnerDeclared)
        assert (event.variant_id, event.variant, event.execution_id) == (B, "B", EXECUTION)
        refused_again(evolve(campaign, event))


def refused_again(decided: Campaign) -> None:
    for again in (
        lambda: declare_by_hand(decided, EXECUTION, A, FINDING, **WHO),
        lambda: declare_by_figures(decided, EXECUTION, arm(A, "A"), FINDING, **WHO),
        lambda: end_without_winner(decided, EXECUTION, None, FINDING, **WHO),
    ):
        assert isinstance(refusal(again), ExperimentDecidedError)


@pytest.mark.parametrize(
    ("wrong", "says"), [(CONTROL, "the control gets no message"), (UUID(int=99), "no such variant")]
)
def test_what_gets_no_message_and_what_is_not_there_cannot_win(wrong: UUID, says: str) -> None:
    found = refusal(lambda: declare_by_hand(running(comparing()), EXECUTION, wrong, FINDING, **WHO))
    assert isinstance(found, ConfigurationError)
    assert [violation.pointer for violation in found.violations] == ["/variant_id"]
    assert says in found.violations[0].message


@pytest.mark.parametrize(
    ("fallback", "best", "kept", "gets"),
    [
        ("best", arm(B, "B"), "best", B),
        ("best", None, "wait", None),
        ("control", arm(B, "B"), "control", None),
        ("wait", arm(B, "B"), "wait", None),
    ],
)
def test_a_test_without_a_winner_ends_by_its_fallback(
    fallback: Any, best: ArmFigures | None, kept: str, gets: UUID | None
) -> None:
    campaign = running(comparing(fallback=fallback))
    (event,) = end_without_winner(campaign, EXECUTION, best, FINDING, **WHO)
    assert isinstance(event, CampaignWinnerNotFound)
    assert (event.fallback, event.variant_id) == (kept, gets)
    after = evolve(campaign, event)
    by_hand = refused(lambda: declare_by_hand(after, EXECUTION, A, FINDING, **WHO))
    assert (by_hand is None) == (kept == "wait")


def test_figures_decide_nothing_of_what_is_decided_cancelled_or_gone() -> None:
    campaign = running(comparing())
    (event,) = declare_by_hand(campaign, EXECUTION, B, FINDING, **WHO)
    assert is_undecided(campaign, EXECUTION)
    assert not is_undecided(evolve(campaign, event), EXECUTION)
    assert not is_undecided(replace(campaign, status=Status.CANCELLED), EXECUTION)
    assert not is_undecided(replace(campaign, deleted=True), EXECUTION)
    assert not is_undecided(running(ready(Mode.ONE_TIME, variants=THREE)), EXECUTION)


def test_each_run_is_a_test_of_its_own() -> None:
    campaign = running(comparing(Mode.RECURRING))
    (first,) = declare_by_hand(campaign, EXECUTION, A, FINDING, **WHO)
    (second,) = declare_by_hand(evolve(campaign, first), UUID(int=3), B, FINDING, **WHO)
    assert evolve(evolve(campaign, first), second).tests[EXECUTION].variant_id == A


def test_where_nothing_is_tested_nothing_is_decided() -> None:
    campaign = running(ready(Mode.ONE_TIME, variants=THREE))
    assert isinstance(refusal(lambda: declare_by_hand(campaign, EXECUTION, A, FINDING, **WHO)), NoExperimentError)
    draft = replace(running(comparing()), status=Status.DRAFT)
    assert isinstance(refusal(lambda: declare_by_hand(draft, EXECUTION, A, FINDING, **WHO)), DomainError)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (comparing(), {}),
        (comparing(Mode.TRIGGERED, allocation="thompson"), {}),
        (comparing(allocation="thompson"), {"/experiment/allocation": "only for a triggered campaign"}),
        (comparing(Mode.TRIGGERED, test_sample_percentage=10), {"/experiment/test_sample_percentage": "no rest"}),
        (
            replace(comparing(fallback="control"), variants=(variant(A, 50), variant(B, 50))),
            {"/experiment/fallback": "no control"},
        ),
        (replace(comparing(), variants=(variant(A, 90), THREE[2])), {"/variants": "two variants that send"}),
        (
            replace(comparing(), variants=(variant(A, 50, MAIL), variant(B, 50, TEXT))),
            {"/variants": "the same channels"},
        ),
        (replace(comparing(test_sample_percentage=100), variants=(variant(A, 50, MAIL), variant(B, 50, TEXT))), {}),
    ],
)
def test_a_test_that_could_not_be_carried_out_is_refused_at_launch(
    definition: Definition, expected: dict[str, str]
) -> None:
    found = {pointer: said for pointer, said in problems(definition).items() if "100 percent together" not in said}
    found = {pointer: said for pointer, said in found.items() if "sum to" not in said}
    assert found.keys() == expected.keys()
    assert all(expected[pointer] in said for pointer, said in found.items())


@pytest.mark.parametrize(
    ("changed", "settled"),
    [
        ({"criterion": "click_rate"}, True),
        ({"test_sample_percentage": 30}, True),
        ({"confidence": 0.8}, True),
        ({"min_sample": 1}, True),
        ({"duration_minutes": 90}, False),
        ({"auto_winner": True}, False),
        ({"fallback": "best"}, False),
    ],
)
def test_the_question_is_settled_at_launch_and_how_long_and_who_decides_is_not(
    changed: dict[str, Any], settled: bool
) -> None:
    campaign = replace(running(comparing()), status=Status.PAUSED)
    experiment = campaign.definition.experiment
    assert experiment is not None
    wanted = replace(campaign.definition, experiment=replace(experiment, **changed))
    found = refused(lambda: campaign.update(wanted, LIMITS, at=LATER, by=OPERATOR))
    pointers = [violation.pointer for violation in found.violations] if isinstance(found, ConfigurationError) else []
    assert pointers == (["/experiment"] if settled else [])


def test_variants_of_a_running_test_stay_and_their_words_may_change() -> None:
    campaign = replace(running(comparing()), status=Status.PAUSED)
    fewer = replace(campaign.definition, variants=THREE[:2])
    assert isinstance(refusal(lambda: campaign.update(fewer, LIMITS, at=LATER, by=OPERATOR)), ConfigurationError)
    reworded = replace(campaign.definition, variants=(replace(THREE[0], channels=(MAIL,)), *THREE[1:]))
    assert campaign.update(reworded, LIMITS, at=LATER, by=OPERATOR)


parts = st.integers(0, 10_000).map(lambda a: {"A": a, "B": 10_000 - a})


def refused(decide: Callable[[], object]) -> DomainError | None:
    try:
        decide()
    except DomainError as error:
        return error
    return None


@given(parts, st.sampled_from([0.0, 0.01, 10.0, 33.33, 99.98]))
def test_drawn_shares_come_to_a_hundred_percent_and_leave_the_control_its_own(
    drawn: dict[str, int], control: float
) -> None:
    definition = comparing(Mode.TRIGGERED, allocation="thompson")
    rest = round(100 - control, 2)
    variants = (variant(A, rest), variant(B, 0), variant(CONTROL, control, control=True))
    campaign = running(replace(definition, variants=variants))
    (event,) = draw(campaign, drawn, FINDING, **WHO)
    assert isinstance(event, CampaignSharesDrawn)
    hundredths = {one.name: round(one.percentage * 100) for one in event.shares}
    assert sum(hundredths.values()) == 10_000
    assert hundredths["Control"] == round(control * 100)
    assert all(one.percentage == round(one.percentage, 2) for one in event.shares)
    assert percentages(evolve(campaign, event)) == {one.variant_id: one.percentage for one in event.shares}


def test_shares_hold_for_their_period_and_each_draw_is_a_version() -> None:
    campaign = running(comparing(Mode.TRIGGERED, allocation="thompson", allocation_period_minutes=30))
    (first,) = draw(campaign, {"A": 2_500, "B": 7_500}, FINDING, **WHO)
    after = evolve(campaign, first)
    soon, later = LATER + timedelta(minutes=29), LATER + timedelta(minutes=30)
    assert draw(after, {"A": 100, "B": 9_900}, FINDING, at=soon, by=OPERATOR) == ()
    assert draw(after, {"A": 2_500, "B": 7_500}, FINDING, at=later, by=OPERATOR) == ()
    (second,) = draw(after, {"A": 100, "B": 9_900}, FINDING, at=later, by=OPERATOR)
    assert isinstance(second, CampaignSharesDrawn)
    assert second.version == 2


def test_the_winner_of_a_triggered_campaign_gets_everybody_but_the_control() -> None:
    campaign = running(comparing(Mode.TRIGGERED))
    (event,) = declare_by_hand(campaign, CAMPAIGN, B, FINDING, **WHO)
    assert percentages(evolve(campaign, event)) == {A: 0, B: 90, CONTROL: 10}
