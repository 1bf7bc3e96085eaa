"""The course of a campaign."""

from collections.abc import Callable, Sequence
from datetime import timedelta
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
    after,
    draft,
    facts,
    in_status,
    pointers,
    ready,
    refusal,
    scheduled,
)

from campaigns.domain.campaign import events
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.content_hash import content_hash
from campaigns.domain.campaign.errors import TransitionError
from campaigns.domain.campaign.transitions import Action, allows
from campaigns.domain.campaign.values import Approval, Misfire, Mode, Schedule, Status, Totals
from campaigns.domain.shared.errors import NotFoundError

Decision = Callable[[Campaign], Sequence[events.CampaignEvent]]
BY_OPERATOR = {"at": LATER, "by": OPERATOR}

DECISIONS: dict[Action, Decision] = {
    Action.UPDATE: lambda c: c.update(replace(c.definition, name="Summer"), LIMITS, **BY_OPERATOR),
    Action.SCHEDULE: lambda c: c.schedule(NOW + timedelta(hours=2), None, facts(), **BY_OPERATOR),
    Action.UNSCHEDULE: lambda c: c.unschedule(**BY_OPERATOR),
    Action.ACTIVATE: lambda c: c.activate(EXECUTION, facts(), **BY_OPERATOR),
    Action.START: lambda c: c.start(EXECUTION, facts(), **BY_OPERATOR),
    Action.PAUSE: lambda c: c.pause("a typo", 3, **BY_OPERATOR),
    Action.RESUME: lambda c: c.resume(EXECUTION, facts(), **BY_OPERATOR),
    Action.COMPLETE: lambda c: c.complete(**BY_OPERATOR),
    Action.CANCEL: lambda c: c.cancel("enough", **BY_OPERATOR),
    Action.CLONE: lambda c: (c.cloned_definition(None, lambda: UUID(int=5)), ())[1],
    Action.DELETE: lambda c: c.delete(**BY_OPERATOR),
    Action.SUBMIT: lambda c: c.submit(**BY_OPERATOR),
    Action.APPROVE: lambda c: c.approve(at=LATER, by=APPROVER),
    Action.REJECT: lambda c: c.reject("too loud", **BY_OPERATOR),
}

REACHABLE = [(status, mode) for status in Status for mode in Mode if in_status(status, mode) is not None]


@pytest.mark.parametrize(("status", "mode"), REACHABLE)
@pytest.mark.parametrize("action", DECISIONS)
def test_what_the_table_allows_is_accepted_and_everything_else_is_refused(
    action: Action, status: Status, mode: Mode
) -> None:
    campaign = in_status(status, mode)
    assert campaign is not None
    needs_review = action in (Action.APPROVE, Action.REJECT)
    if allows(action, status, mode) and not needs_review:
        assert action in campaign.allowed_actions()
        DECISIONS[action](campaign)
    else:
        error = refusal(lambda: DECISIONS[action](campaign))
        assert isinstance(error, TransitionError)
        assert error.code == "campaign.status_transition"
        assert error.allowed == campaign.allowed_actions()
        assert action not in error.allowed
        assert str(status) in error.detail
        assert str(mode) in error.detail


@pytest.mark.parametrize("action", list(DECISIONS))
def test_a_deleted_campaign_is_no_longer_there(action: Action) -> None:
    gone = after(draft(), lambda c: c.delete(at=LATER, by=AUTHOR))
    assert isinstance(refusal(lambda: DECISIONS[action](gone)), NotFoundError)
    assert gone.allowed_actions() == ()


@pytest.mark.parametrize(
    ("mode", "status"),
    [(Mode.ALWAYS_ON, Status.ACTIVE), (Mode.RECURRING, Status.ACTIVE), (Mode.TRIGGERED, Status.ACTIVE)],
)
def test_a_campaign_that_waits_for_something_becomes_active(mode: Mode, status: Status) -> None:
    decided = draft(ready(mode)).activate(EXECUTION, facts(), at=LATER, by=OPERATOR)
    assert decided == (events.CampaignActivated(at=LATER, by=OPERATOR),)
    campaign = after(draft(ready(mode)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by=OPERATOR))
    assert campaign.status is status
    assert campaign.activated_at == LATER
    assert campaign.launched


def test_a_one_time_campaign_without_a_start_runs_when_activated() -> None:
    decided = draft().activate(EXECUTION, facts(), at=LATER, by=OPERATOR)
    expected = events.CampaignStarted(
        execution_id=EXECUTION, kind="manual", planned_for=LATER, audience_size=2, at=LATER, by=OPERATOR
    )
    assert decided == (expected,)
    campaign = after(draft(), lambda _: decided)
    assert (campaign.status, campaign.execution_id, campaign.last_planned) == (Status.RUNNING, EXECUTION, None)


def test_a_one_time_campaign_whose_start_has_passed_runs_when_activated() -> None:
    late = draft(ready(start_date=NOW - timedelta(days=1)))
    assert isinstance(late.activate(EXECUTION, facts(), at=LATER, by=OPERATOR)[0], events.CampaignStarted)


def test_a_one_time_campaign_whose_start_is_this_instant_runs_when_activated() -> None:
    punctual = draft(ready(start_date=LATER))
    assert isinstance(punctual.activate(EXECUTION, facts(), at=LATER, by=OPERATOR)[0], events.CampaignStarted)


def test_a_one_time_campaign_with_a_future_start_is_scheduled_when_activated() -> None:
    start = NOW + timedelta(days=1)
    waiting = draft(ready(schedule=Schedule(at=start, timezone="Europe/Paris")))
    decided = waiting.activate(EXECUTION, facts(), at=LATER, by=OPERATOR)
    assert decided == (events.CampaignScheduled(scheduled_for=start, timezone="Europe/Paris", at=LATER, by=OPERATOR),)
    assert after(waiting, lambda _: decided).status is Status.SCHEDULED


def test_a_start_in_less_than_five_minutes_is_no_schedule() -> None:
    soon = draft(ready(start_date=LATER + timedelta(minutes=4)))
    error = refusal(lambda: soon.activate(EXECUTION, facts(), at=LATER, by=OPERATOR))
    assert (error.code, pointers(error)) == ("campaign.schedule_conflict", ["/schedule/at"])


def test_scheduling_needs_a_start_from_somewhere() -> None:
    error = refusal(lambda: draft().schedule(None, None, facts(), at=LATER, by=AUTHOR))
    assert pointers(error) == ["/at"]


def test_scheduling_takes_the_start_the_campaign_already_has() -> None:
    start = NOW + timedelta(days=1)
    decided = draft(ready(start_date=start)).schedule(None, None, facts(), at=LATER, by=AUTHOR)
    assert decided == (events.CampaignScheduled(scheduled_for=start, timezone="UTC", at=LATER, by=AUTHOR),)


def test_scheduling_in_another_zone_keeps_the_rest_of_the_schedule() -> None:
    campaign = draft(ready(schedule=Schedule(misfire=Misfire.SKIP)))
    start = NOW + timedelta(hours=2)
    moved = after(campaign, lambda c: c.schedule(start, "Asia/Almaty", facts(), at=LATER, by=AUTHOR))
    assert moved.definition.schedule == Schedule(at=start, timezone="Asia/Almaty", misfire=Misfire.SKIP)


def test_a_scheduled_campaign_may_be_moved_and_taken_off_the_calendar() -> None:
    later = NOW + timedelta(hours=5)
    moved = after(scheduled(), lambda c: c.schedule(later, None, facts(), at=LATER, by=AUTHOR))
    assert moved.definition.starts_at() == later
    free = after(moved, lambda c: c.unschedule(at=LATER, by=AUTHOR))
    assert (free.status, free.reason) == (Status.DRAFT, None)


def test_pausing_remembers_from_where_why_and_how_far_it_was() -> None:
    running = in_status(Status.RUNNING, Mode.ONE_TIME)
    assert running is not None
    decided = running.pause(" a typo ", 17, at=LATER, by=OPERATOR)
    assert decided == (
        events.CampaignPaused(paused_from=Status.RUNNING, reason="a typo", messages_sent=17, at=LATER, by=OPERATOR),
    )
    paused = after(running, lambda _: decided)
    assert (paused.status, paused.paused_from, paused.reason) == (Status.PAUSED, Status.RUNNING, "a typo")
    resumed = after(paused, lambda c: c.resume(EXECUTION, facts(), at=LATER, by=OPERATOR))
    assert (resumed.status, resumed.reason) == (Status.RUNNING, None)


def test_activating_a_paused_campaign_resumes_it() -> None:
    paused = in_status(Status.PAUSED, Mode.TRIGGERED)
    assert paused is not None
    decided = paused.activate(EXECUTION, facts(), at=LATER, by=OPERATOR)
    assert decided == (events.CampaignResumed(resumed_to=Status.ACTIVE, at=LATER, by=OPERATOR),)


def test_a_paused_campaign_that_was_broken_meanwhile_does_not_resume() -> None:
    paused = in_status(Status.PAUSED, Mode.ONE_TIME)
    assert paused is not None
    broken = after(paused, lambda c: c.update(replace(c.definition, channels=()), LIMITS, at=LATER, by=AUTHOR))
    assert pointers(refusal(lambda: broken.resume(EXECUTION, facts(), at=LATER, by=OPERATOR))) == ["/channels"]


def test_resuming_before_the_planned_start_waits_for_it() -> None:
    paused = after(scheduled(), lambda c: c.pause(None, 0, at=LATER, by=OPERATOR))
    decided = paused.resume(EXECUTION, facts(), at=LATER, by=OPERATOR)
    assert decided == (events.CampaignResumed(resumed_to=Status.SCHEDULED, at=LATER, by=OPERATOR),)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=59), timedelta(hours=1)])
def test_resuming_soon_after_the_planned_start_sends(late: timedelta) -> None:
    start = NOW + timedelta(hours=1)
    paused = after(scheduled(start), lambda c: c.pause(None, 0, at=LATER, by=OPERATOR))
    at = start + late
    resumed, started = paused.resume(EXECUTION, facts(at), at=at, by=OPERATOR)
    assert resumed == events.CampaignResumed(resumed_to=Status.SCHEDULED, at=at, by=OPERATOR)
    assert isinstance(started, events.CampaignStarted)
    assert (started.kind, started.planned_for) == ("scheduled", start)
    assert after(paused, lambda _: (resumed, started)).status is Status.RUNNING


def test_resuming_long_after_the_planned_start_lets_it_go_and_says_so() -> None:
    start = NOW + timedelta(hours=1)
    paused = after(scheduled(start), lambda c: c.pause(None, 0, at=LATER, by=OPERATOR))
    at = start + timedelta(hours=1, seconds=1)
    decided = paused.resume(EXECUTION, facts(at), at=at, by=OPERATOR)
    assert decided[1:] == (
        events.CampaignOccurrenceSkipped(planned_for=start, late_by_seconds=3601, at=at, by=OPERATOR),
        events.CampaignUnscheduled(reason="missed", at=at, by=OPERATOR),
    )
    skipped = after(paused, lambda _: decided)
    assert (skipped.status, skipped.reason, skipped.launched) == (Status.DRAFT, "missed", False)


@pytest.mark.parametrize(
    ("misfire", "minutes", "late", "happens"),
    [
        (Misfire.SEND, 60, timedelta(minutes=60), True),
        (Misfire.SEND, 60, timedelta(minutes=61), False),
        (Misfire.SEND, 0, timedelta(seconds=60), True),
        (Misfire.SEND, 5, timedelta(minutes=6), False),
        (Misfire.SKIP, 60, timedelta(seconds=60), True),
        (Misfire.SKIP, 60, timedelta(seconds=61), False),
    ],
)
def test_a_missed_start_follows_the_misfire_policy(
    misfire: Misfire, minutes: int, late: timedelta, happens: bool
) -> None:
    start = NOW + timedelta(hours=1)
    campaign = scheduled(start, schedule=Schedule(misfire=misfire, max_lateness_minutes=minutes))
    at = start + late
    decided = campaign.start_planned(EXECUTION, start, facts(at), at=at, by="scheduler")
    assert isinstance(decided[0], events.CampaignStarted) is happens


def test_a_start_without_a_schedule_of_its_own_waits_an_hour() -> None:
    start = NOW + timedelta(hours=1)
    waiting = draft(ready(start_date=start))
    assert waiting.patience() == timedelta(hours=1)


def test_a_planned_start_happens_once() -> None:
    start = NOW + timedelta(hours=1)
    running = after(scheduled(start), lambda c: c.start_planned(EXECUTION, start, facts(start), at=start, by="s"))
    assert running.status is Status.RUNNING
    assert isinstance(
        refusal(lambda: running.start_planned(EXECUTION, start, facts(start), at=start, by="s")), TransitionError
    )


def test_a_start_that_was_moved_does_not_happen_at_its_old_time() -> None:
    start = NOW + timedelta(hours=1)
    other = start + timedelta(minutes=1)
    error = refusal(lambda: scheduled(start).start_planned(EXECUTION, other, facts(start), at=other, by="s"))
    assert "no start is planned" in error.detail


def test_a_recurring_campaign_answers_each_planned_instant_once() -> None:
    active = in_status(Status.ACTIVE, Mode.RECURRING)
    assert active is not None
    first, second = LATER + timedelta(hours=1), LATER + timedelta(hours=2)
    ran = after(active, lambda c: c.start_planned(EXECUTION, first, facts(first), at=first, by="s"))
    assert (ran.status, ran.last_planned, ran.execution_id) == (Status.ACTIVE, first, EXECUTION)
    for instant in (first, first - timedelta(minutes=1), LATER):
        refusal(lambda instant=instant: ran.start_planned(EXECUTION, instant, facts(first), at=second, by="s"))
    started = ran.start_planned(EXECUTION, second, facts(second), at=second, by="s")[0]
    assert isinstance(started, events.CampaignStarted)
    assert started.kind == "recurring"


def test_a_recurrence_missed_for_too_long_is_let_go_and_the_campaign_lives_on() -> None:
    active = in_status(Status.ACTIVE, Mode.RECURRING)
    assert active is not None
    planned = LATER + timedelta(hours=1)
    at = planned + timedelta(hours=3)
    decided = active.start_planned(EXECUTION, planned, facts(at), at=at, by="s")
    assert decided == (events.CampaignOccurrenceSkipped(planned_for=planned, late_by_seconds=10_800, at=at, by="s"),)
    campaign = after(active, lambda _: decided)
    assert (campaign.status, campaign.last_planned) == (Status.ACTIVE, planned)


def test_an_extra_run_of_a_recurring_campaign_leaves_its_plan_alone() -> None:
    active = in_status(Status.ACTIVE, Mode.RECURRING)
    assert active is not None
    ran = after(active, lambda c: c.start(EXECUTION, facts(), at=LATER, by=OPERATOR))
    assert (ran.status, ran.last_planned, ran.execution_id) == (Status.ACTIVE, None, EXECUTION)


def test_completing_keeps_the_totals_of_the_last_run() -> None:
    running = in_status(Status.RUNNING, Mode.ONE_TIME)
    assert running is not None
    done = after(running, lambda c: c.complete(Totals(audience=2, sent=2), at=LATER, by="delivery"))
    assert (done.status, done.totals) == (Status.COMPLETED, Totals(audience=2, sent=2))
    named = running.complete(None, UUID(int=3), at=LATER, by="delivery")
    assert named == (events.CampaignCompleted(execution_id=UUID(int=3), totals=None, at=LATER, by="delivery"),)
    assert running.complete(at=LATER, by="delivery")[0].execution_id == EXECUTION  # type: ignore[union-attr]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b"])
def test_cancelling_needs_a_reason_that_can_be_read(reason: str) -> None:
    assert pointers(refusal(lambda: draft().cancel(reason, at=LATER, by=OPERATOR))) == ["/reason"]


def test_a_reason_of_500_characters_is_enough() -> None:
    cancelled = after(draft(), lambda c: c.cancel("x" * 500, at=LATER, by=OPERATOR))
    assert (cancelled.status, cancelled.reason) == (Status.CANCELLED, "x" * 500)


def test_a_clone_takes_the_content_and_not_the_course() -> None:
    original = in_status(Status.COMPLETED, Mode.TRIGGERED)
    assert original is not None
    definition = original.cloned_definition("Summer", lambda: UUID(int=5))
    assert definition.name == "Summer"
    assert definition.triggers[0].trigger_id == UUID(int=5)
    assert replace(definition, name="Spring", triggers=original.definition.triggers) == original.definition
    assert original.cloned_definition(None, lambda: UUID(int=5)).name == "Spring (copy)"


def test_a_name_too_long_to_copy_is_shortened() -> None:
    original = draft(ready(name="x" * 255))
    copied = original.cloned_definition(None, lambda: UUID(int=5)).name
    assert copied == "x" * 248 + " (copy)"


def test_approval_goes_through_submission() -> None:
    pending = after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))
    assert pending.approval is Approval.PENDING
    assert Action.SUBMIT not in pending.allowed_actions()
    approved = after(pending, lambda c: c.approve(at=LATER, by=APPROVER))
    assert (approved.approval, approved.approved_content) == (Approval.APPROVED, content_hash(approved.definition))
    assert Action.SUBMIT not in approved.allowed_actions()
    assert Action.APPROVE not in approved.allowed_actions()


def test_an_author_does_not_approve() -> None:
    pending = after(draft(), lambda c: c.submit(at=LATER, by=OPERATOR))
    error = refusal(lambda: pending.approve(at=LATER, by=AUTHOR))
    assert error.code == "campaign.approval_required"


def test_an_update_voids_the_approval_and_makes_an_author() -> None:
    pending = after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))
    approved = after(pending, lambda c: c.approve(at=LATER, by=APPROVER))
    renamed = replace(approved.definition, name="Summer")
    changed = after(approved, lambda c: c.update(renamed, LIMITS, at=LATER, by=APPROVER))
    assert (changed.approval, changed.approved_content) == (Approval.NONE, None)
    again = after(changed, lambda c: c.submit(at=LATER, by=AUTHOR))
    refusal(lambda: again.approve(at=LATER, by=APPROVER))
    assert after(again, lambda c: c.approve(at=LATER, by=AUTHOR)).approval is Approval.APPROVED


def test_a_rejected_campaign_can_be_submitted_again() -> None:
    pending = after(draft(), lambda c: c.submit(at=LATER, by=AUTHOR))
    rejected = after(pending, lambda c: c.reject(" too loud ", at=LATER, by=APPROVER))
    assert (rejected.approval, rejected.reason) == (Approval.REJECTED, "too loud")
    assert after(rejected, lambda c: c.submit(at=LATER, by=AUTHOR)).approval is Approval.PENDING


def test_a_campaign_begins_as_its_creator_s_draft() -> None:
    campaign = draft()
    assert (campaign.id, campaign.version, campaign.status) == (CAMPAIGN, 1, Status.DRAFT)
    assert (campaign.created_by, campaign.created_at, campaign.updated_at) == (AUTHOR, NOW, NOW)
    assert campaign.authors == {AUTHOR}
    changed = after(campaign, DECISIONS[Action.UPDATE])
    assert (changed.version, changed.created_at, changed.updated_at) == (2, NOW, LATER)
    assert changed.authors == {AUTHOR, OPERATOR}
