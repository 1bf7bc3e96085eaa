"""What a refused definition is told. People read these sentences: none changes unseen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.domain.campaign.given import (
    AUTHOR,
    CAMPAIGN,
    EXECUTION,
    LATER,
    LIMITS,
    NOW,
    OPERATOR,
    after,
    draft,
    facts,
    ready,
    refusal,
)
from tests.domain.campaign.test_campaign_writing_rules import REFUSED
from tests.domain.campaign.test_launch_readiness import EMPTY, variant

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.parts import without_variant
from campaigns.domain.campaign.readiness import require_ready, require_writable
from campaigns.domain.campaign.values import AudienceDefinition, Experiment, Mode
from campaigns.domain.shared.errors import DomainError

PUBLISHED = Path(__file__).with_name("sentences.golden").read_text(encoding="utf-8").splitlines()
UNREADY: list[tuple[Definition, dict[str, Any]]] = [
    (ready(channels=(EMPTY,)), {}),
    (ready(channels=()), {}),
    (ready(channels=(), variants=(variant(1, 100, replace(EMPTY, enabled=False)),)), {}),
    (ready(audience=AudienceDefinition()), {"audience_size": None}),
    (ready(Mode.TRIGGERED, triggers=()), {}),
    (ready(variants=(variant(1, 50), variant(2, 49.99))), {}),
    (ready(experiment=Experiment(), variants=(variant(1, 100, control=True),)), {}),
    (ready(Mode.RECURRING, schedule=None), {}),
    (ready(end_date=NOW), {}),
    (ready(), {"audience_size": 0}),
    (ready(), {"audience_size": 1_000_001}),
]


def told(decide: Callable[[], object]) -> list[str]:
    error = refusal(decide)
    return [error.detail, *(f"  {broken.pointer}: {broken.message}" for broken in error.violations)]


def test_every_sentence_about_a_definition_is_the_published_one() -> None:
    found = list[str]()
    for fields, _, _ in REFUSED:
        definition = Definition(**{"name": "Spring"} | fields)
        found += told(lambda definition=definition: require_writable(definition, LIMITS))
    for definition, outside in UNREADY:
        found += told(lambda definition=definition, outside=outside: require_ready(definition, facts(**outside)))
    found += told(lambda: require_ready(ready(), facts(limits=CampaignLimits(minimum_notice_minutes=7)), ahead=True))
    assert [line.encode("unicode_escape").decode() for line in dict.fromkeys(found)] == PUBLISHED


UNSETTLED = ready(Mode.TRIGGERED, holdout_percentage=3)


def running(mode: Mode = Mode.ONE_TIME) -> Campaign:
    return after(draft(ready(mode)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by=OPERATOR))


def paused() -> Campaign:
    return after(running(), lambda c: c.pause(None, 0, at=LATER, by=OPERATOR))


def pending() -> Campaign:
    return after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))


def deleted() -> Campaign:
    return after(draft(), lambda c: c.delete(at=LATER, by=AUTHOR))


@pytest.mark.parametrize(
    ("given", "decide", "sentences"),
    [
        (
            running,
            lambda c: c.delete(at=LATER, by=OPERATOR),
            ["a running campaign of mode one_time does not accept delete; allowed: pause, complete, cancel, clone"],
        ),
        (deleted, lambda c: c.delete(at=LATER, by=AUTHOR), [f"There is no campaign {CAMPAIGN}."]),
        (
            draft,
            lambda c: c.schedule(None, None, facts(), at=LATER, by=AUTHOR),
            ["A start is needed", "  /at: the campaign has no planned start"],
        ),
        (
            lambda: running(Mode.RECURRING),
            lambda c: c.start_planned(EXECUTION, LATER, facts(), at=LATER, by="s"),
            ["no start is planned for 2027-01-04T09:01:00+00:00; allowed: start, pause, complete, cancel, clone"],
        ),
        (pending, lambda c: c.approve(at=LATER, by=AUTHOR), ["whoever wrote the campaign cannot approve it"]),
        (
            draft,
            lambda c: c.cancel(" ", at=LATER, by=OPERATOR),
            ["A reason is needed", "  /reason: a reason has 1 to 500 characters"],
        ),
        (
            paused,
            lambda c: c.update(UNSETTLED, LIMITS, at=LATER, by=AUTHOR),
            [
                "What people already received cannot be unsettled",
                "  /mode: the mode is settled once a campaign has left its draft",
                "  /holdout_percentage: the holdout is settled by the first launch",
            ],
        ),
        (
            draft,
            lambda c: without_variant(c.definition, UUID(int=1)),
            ["The campaign has no such variant"],
        ),
    ],
)
def test_a_refused_decision_is_told_why(
    given: Callable[[], Campaign], decide: Callable[[Campaign], object], sentences: list[str]
) -> None:
    campaign = given()
    assert told(lambda: decide(campaign)) == sentences


def test_what_allows_nothing_says_so() -> None:
    error = deleted().refusal("gone")
    assert isinstance(error, DomainError)
    assert error.detail == "gone; allowed: nothing"
