"""What each decision about a campaign records, field by field."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.domain.campaign.given import (
    APPROVER,
    AUTHOR,
    CAMPAIGN,
    EXECUTION,
    LATER,
    LIMITS,
    NOW,
    OPERATOR,
    PAUSED,
    after,
    draft,
    facts,
    folded,
    in_status,
    pointers,
    ready,
    refusal,
    scheduled,
)
from tests.domain.campaign.test_launch_readiness import variant

from campaigns.domain.campaign import events
from campaigns.domain.campaign.campaign import Campaign, create
from campaigns.domain.campaign.content_hash import content_hash
from campaigns.domain.campaign.values import Mode, Status, Totals, TriggerDefinition
from campaigns.domain.shared.ids import CampaignId, TenantId, TriggerId

START = NOW + timedelta(hours=1)
HASH = content_hash(ready())
TOTALS = Totals(audience=2, sent=2)


def submitted() -> Campaign:
    return after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))


def in_(status: Status, mode: Mode = Mode.ONE_TIME) -> Campaign:
    found = in_status(status, mode)
    assert found is not None
    return found


def started(**fields: Any) -> events.CampaignStarted:
    usual = {"execution_id": EXECUTION, "kind": "scheduled", "planned_for": START, "audience_size": 2}
    return events.CampaignStarted(**{**usual, "at": START, "by": OPERATOR, **fields})


@pytest.mark.parametrize(
    ("given", "decide", "fact"),
    [
        (scheduled, lambda c: c.unschedule(at=LATER, by=AUTHOR), events.CampaignUnscheduled(at=LATER, by=AUTHOR)),
        (
            draft,
            lambda c: c.submit(at=LATER, by=AUTHOR),
            events.CampaignSubmitted(content_hash=HASH, at=LATER, by=AUTHOR),
        ),
        (
            submitted,
            lambda c: c.approve(at=LATER, by=APPROVER),
            events.CampaignApproved(content_hash=HASH, at=LATER, by=APPROVER),
        ),
        (
            submitted,
            lambda c: c.reject("no", at=LATER, by=APPROVER),
            events.CampaignRejected(reason="no", at=LATER, by=APPROVER),
        ),
        (
            draft,
            lambda c: c.cancel("x", at=LATER, by=OPERATOR),
            events.CampaignCancelled(reason="x", at=LATER, by=OPERATOR),
        ),
        (draft, lambda c: c.delete(at=LATER, by=AUTHOR), events.CampaignDeleted(at=LATER, by=AUTHOR)),
        (
            lambda: scheduled(START),
            lambda c: c.start_planned(EXECUTION, START, facts(START), at=START, by=OPERATOR),
            started(),
        ),
        (
            lambda: in_(Status.ACTIVE, Mode.RECURRING),
            lambda c: c.start_planned(EXECUTION, START, facts(START), at=START, by=OPERATOR),
            started(kind="recurring"),
        ),
        (
            lambda: in_(Status.RUNNING),
            lambda c: c.finish_run(EXECUTION, TOTALS, at=LATER, by="delivery"),
            events.CampaignCompleted(execution_id=EXECUTION, totals=TOTALS, at=LATER, by="delivery"),
        ),
    ],
)
def test_a_decision_records_what_when_and_who(
    given: Callable[[], Campaign], decide: Callable[[Campaign], object], fact: events.CampaignEvent
) -> None:
    assert decide(given()) == (fact,)


def test_resuming_after_the_planned_start_starts_this_very_run() -> None:
    held = after(scheduled(START), PAUSED)
    resumed, run = held.resume(EXECUTION, facts(START), at=START, by=OPERATOR)
    assert resumed == events.CampaignResumed(resumed_to=Status.SCHEDULED, at=START, by=OPERATOR)
    assert run == started()


@pytest.mark.parametrize(
    ("given", "run"),
    [
        (lambda: in_(Status.RUNNING), UUID(int=77)),
        (lambda: in_(Status.COMPLETED), EXECUTION),
        (lambda: in_(Status.ACTIVE, Mode.RECURRING), EXECUTION),
    ],
)
def test_the_end_of_any_other_run_completes_nothing(given: Callable[[], Campaign], run: UUID) -> None:
    assert given().finish_run(run, TOTALS, at=LATER, by="delivery") == ()


def test_a_campaign_without_an_end_of_its_own_keeps_the_run_it_had() -> None:
    done = events.CampaignCompleted(execution_id=None, totals=None, at=LATER, by=OPERATOR)
    assert after(in_(Status.RUNNING), lambda _: (done,)).execution_id == EXECUTION


def test_the_end_names_the_run_that_ended() -> None:
    done = events.CampaignCompleted(execution_id=UUID(int=77), totals=TOTALS, at=LATER, by=OPERATOR)
    assert after(in_(Status.RUNNING), lambda _: (done,)).execution_id == UUID(int=77)


def test_a_schedule_is_made_at_least_five_minutes_ahead() -> None:
    soon = LATER + timedelta(minutes=4)
    assert pointers(refusal(lambda: draft().schedule(soon, None, facts(), at=LATER, by=AUTHOR))) == ["/schedule/at"]


def test_a_clone_s_variants_have_ids_of_their_own() -> None:
    original = draft(ready(variants=(variant(1, 60), variant(2, 40))))
    numbers = iter((UUID(int=101), UUID(int=102)))
    cloned = original.cloned_definition(None, lambda: next(numbers)).variants
    assert [part.variant_id for part in cloned] == [UUID(int=101), UUID(int=102)]
    assert [
        replace(part, variant_id=own.variant_id) for part, own in zip(cloned, original.definition.variants, strict=True)
    ] == [
        variant(1, 60),
        variant(2, 40),
    ]


def test_the_same_content_has_one_hash_however_its_fields_are_ordered() -> None:
    one, other = ready(metadata={"a": 1, "b": 2}), ready(metadata={"b": 2, "a": 1})
    assert content_hash(one) == content_hash(other) != content_hash(ready(metadata={"a": 1, "b": 3}))


def test_nothing_is_recorded_when_nothing_changed() -> None:
    assert draft().update(ready(), LIMITS, at=LATER, by=AUTHOR) == ()


def test_a_creation_records_the_campaign_and_begins_it() -> None:
    (created,) = create(CAMPAIGN, TenantId("t"), ready(), LIMITS, at=NOW, by=AUTHOR, cloned_from=UUID(int=9))
    assert created == events.CampaignCreated(
        campaign_id=CAMPAIGN,
        tenant_id=TenantId("t"),
        definition=ready(),
        cloned_from=UUID(int=9),
        at=NOW,
        by=AUTHOR,
    )
    begun = folded((created,))
    assert begun == Campaign(
        id=CampaignId(CAMPAIGN),
        tenant_id=TenantId("t"),
        version=1,
        definition=ready(),
        created_by=AUTHOR,
        created_at=NOW,
        updated_at=NOW,
        authors=frozenset({AUTHOR}),
        cloned_from=UUID(int=9),
    )


def test_each_fact_is_one_version_more_at_its_instant() -> None:
    changed = after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))
    assert (changed.version, changed.created_at, changed.updated_at) == (2, NOW, LATER)


def test_twenty_triggers_are_not_too_many() -> None:
    many = tuple(TriggerDefinition(trigger_id=TriggerId(UUID(int=n)), event_type="cart.left") for n in range(20))
    assert draft(ready(Mode.TRIGGERED, triggers=many)).definition.triggers == many
