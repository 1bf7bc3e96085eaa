"""What campaign events are called, on disk and on the wire: names and shapes are for ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from campaigns.application.campaign.published import PUBLISHED
from campaigns.domain.campaign import events
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.values import ArmFigures, Change, DrawnShare, Finding, Status, Totals
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.campaign.publishing import translate
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore.recorded import Metadata, Recorded

GOLDEN = Path(__file__).with_name("campaign_stream.jsonl")
AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
BY: dict[str, Any] = {"at": AT, "by": "ada"}
ID, RUN, VARIANT = UUID(int=1), UUID(int=2), UUID(int=4)
SHARES = (DrawnShare(variant_id=VARIANT, name="B", percentage=62.5),)
ARM = ArmFigures(variant_id=VARIANT, name="B", people=90, successes=30, value=1 / 3, probability_best=0.9)
FINDING = Finding(
    criterion="open_rate", confidence=0.95, outcome="winner", sequential_p=0.01, arms=(ARM,), says=("B.",)
)

STREAM: tuple[events.CampaignEvent, ...] = (
    events.CampaignCreated(campaign_id=ID, tenant_id="t", definition=Definition(name="Spring"), **BY),
    events.CampaignUpdated(changes={"name": Change("Spring", "Summer")}, **BY),
    events.CampaignSubmitted(content_hash="h", **BY),
    events.CampaignRejected(reason="too loud", **BY),
    events.CampaignApproved(content_hash="h", **BY),
    events.CampaignScheduled(scheduled_for=AT, timezone="UTC", **BY),
    events.CampaignUnscheduled(reason="missed", **BY),
    events.CampaignActivated(**BY),
    events.CampaignStarted(execution_id=RUN, kind="manual", planned_for=AT, audience_size=2, **BY),
    events.CampaignOccurrenceSkipped(planned_for=AT, late_by_seconds=3601, **BY),
    events.CampaignPaused(paused_from=Status.ACTIVE, reason="a typo", messages_sent=3, **BY),
    events.CampaignResumed(resumed_to=Status.ACTIVE, **BY),
    events.CampaignCompleted(execution_id=RUN, totals=Totals(sent=2, delivered=1), **BY),
    events.CampaignCancelled(reason="enough", **BY),
    events.CampaignDeleted(**BY),
    events.CampaignSharesDrawn(version=1, shares=SHARES, finding=FINDING, **BY),
    events.CampaignWinnerDeclared(
        execution_id=RUN, variant_id=VARIANT, variant="B", method="manual", finding=FINDING, **BY
    ),
    events.CampaignWinnerNotFound(
        execution_id=RUN, fallback="best", variant_id=VARIANT, variant="B", finding=FINDING, **BY
    ),
)


def recorded(event: Any, version: int = 1) -> Recorded:
    metadata = Metadata(tenant_id=TenantId("t"), principal="ada", command_id=UUID(int=3), correlation_id="c")
    return Recorded(ID, version, AT, metadata, event)


def test_every_event_has_a_stored_name() -> None:
    assert set(TOPICS.classes.values()) == set(get_args(events.CampaignEvent))
    assert {type(event) for event in STREAM} == set(get_args(events.CampaignEvent))


def test_a_stream_of_the_first_version_is_read_and_folded_for_ever() -> None:
    """The file is never rewritten: what changes shape gets an upcaster instead."""
    lines = [msgspec.json.decode(line) for line in GOLDEN.read_bytes().splitlines()]
    read = [TOPICS.decode(line["topic"], 1, msgspec.Raw(msgspec.json.encode(line["data"]))) for line in lines]
    assert tuple(read) == STREAM
    campaign = None
    for event in read:
        campaign = evolve(campaign, event)
    assert campaign is not None
    assert (campaign.version, campaign.status, campaign.deleted) == (len(STREAM), Status.CANCELLED, True)
    assert campaign.definition.name == "Summer"


@pytest.mark.parametrize("event", STREAM, ids=lambda event: type(event).__name__)
def test_a_fact_is_told_under_its_stored_name_or_not_at_all(event: events.CampaignEvent) -> None:
    news = translate(recorded(event))
    topic = TOPICS.name_of(type(event))
    if topic not in PUBLISHED:
        assert topic in {"campaign.occurrence_skipped", "campaign.shares_drawn"}
        assert news is None
        return
    assert type(news) is PUBLISHED[topic]
    assert news.campaign_id == ID
    told = msgspec.to_builtins(news)
    assert "ada" in told.values()
    assert told == msgspec.to_builtins(msgspec.json.decode(msgspec.json.encode(news), type=type(news)))


@pytest.mark.parametrize(
    ("position", "fields"),
    [
        (0, {"name": "Spring", "type": "promotion", "status": "draft", "created_by": "ada", "organization_id": "t"}),
        (1, {"changed_fields": ("name",), "updated_by": "ada"}),
        (8, {"execution_id": str(RUN), "audience_size": 2, "kind": "manual"}),
        (10, {"paused_by": "ada", "messages_sent": 3, "reason": "a typo"}),
        (11, {"resumed_by": "ada", "status": "active"}),
        (12, {"execution_id": str(RUN), "total_sent": 2, "total_delivered": 1}),
        (13, {"cancelled_by": "ada", "reason": "enough"}),
    ],
)
def test_the_promised_fields_are_told(position: int, fields: dict[str, Any]) -> None:
    told = msgspec.to_builtins(translate(recorded(STREAM[position])))
    assert {name: told[name] for name in fields} == fields


def test_other_contexts_events_are_nobody_s_news_here() -> None:
    assert translate(recorded(object())) is None
