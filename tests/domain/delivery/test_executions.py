"""What is decided about executions, and what follows from it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.errors import (
    ExecutionNotFoundError,
    ExecutionNotPendingError,
    NothingUncertainError,
)
from campaigns.domain.delivery.events import ExecutionEvent, ExecutionPaused, FinalTotals, PlanTotals
from campaigns.domain.delivery.execution import Execution, create_execution, evolve
from campaigns.domain.delivery.kinds import ExecutionKind, ExecutionStatus
from campaigns.domain.delivery.messages import message_id, parse_message_id
from campaigns.domain.delivery.retrying import RetryPolicy
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, VariantId

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SAID: dict[str, Any] = {"at": NOON, "by": "test"}
PLAN = PlanTotals(audience=10, holdout=1, control=1, skipped=1, to_send=7, batches=1)
FINAL = FinalTotals(audience=10, holdout=1, control=1, skipped=1, sent=7, failed=0, uncertain=0, cancelled=0)


def pending() -> Execution:
    created = create_execution(
        ExecutionId(UUID(int=1)),
        tenant_id=TenantId("acme"),
        campaign_id=CampaignId(UUID(int=2)),
        kind=ExecutionKind.MANUAL,
        planned_for=NOON,
        **SAID,
    )
    return evolve(None, created)


def after(state: Execution, *events: ExecutionEvent) -> Execution:
    for event in events:
        state = evolve(state, event)
    return state


def running() -> Execution:
    return after(pending(), pending().start(execution_no=5, totals=PLAN, **SAID))


def paused() -> Execution:
    return after(running(), *running().pause(reason="lunch", **SAID))


ENDS = {
    "completed": lambda: after(running(), *running().complete(totals=FINAL, **SAID)),
    "failed": lambda: after(running(), *running().fail(reason="no content", code="delivery.content", **SAID)),
    "cancelled": lambda: after(running(), *running().cancel(reason="wrong season", **SAID)),
}


def test_a_run_goes_from_pending_over_running_and_paused_to_completed() -> None:
    state = pending()
    assert (state.status, state.version, state.execution_no) == (ExecutionStatus.PENDING, 1, None)
    assert (running().status, running().execution_no, running().plan) == (ExecutionStatus.RUNNING, 5, PLAN)
    assert (paused().status, paused().reason) == (ExecutionStatus.PAUSED, "lunch")
    resumed = after(paused(), *paused().resume(**SAID))
    assert (resumed.status, resumed.reason) == (ExecutionStatus.RUNNING, None)
    done = after(resumed, *resumed.complete(totals=FINAL, **SAID))
    assert (done.status, done.final, done.version) == (ExecutionStatus.COMPLETED, FINAL, 5)


def test_a_pending_run_that_was_paused_is_pending_again_after_its_resume() -> None:
    held = after(pending(), *pending().pause(reason=None, **SAID))
    assert after(held, *held.resume(**SAID)).status is ExecutionStatus.PENDING


@pytest.mark.parametrize("end", ENDS)
def test_an_ended_run_yields_nothing_more(end: str) -> None:
    state = ENDS[end]()
    assert not state.status.is_open
    assert state.status == end
    told = [
        state.pause(reason=None, **SAID),
        state.resume(**SAID),
        state.complete(totals=FINAL, **SAID),
        state.fail(reason="", code="", **SAID),
        state.cancel(reason="", **SAID),
    ]
    assert told == [()] * 5


@pytest.mark.parametrize("state", [running(), paused(), *(make() for make in ENDS.values())])
def test_a_plan_is_stored_once(state: Execution) -> None:
    with pytest.raises(ExecutionNotPendingError):
        state.start(execution_no=6, totals=PLAN, **SAID)


def test_pausing_what_is_paused_and_resuming_what_runs_yields_nothing() -> None:
    assert paused().pause(reason=None, **SAID) == ()
    assert running().resume(**SAID) == ()
    assert paused().complete(totals=FINAL, **SAID) == ()


def test_only_uncertain_messages_of_a_run_that_may_send_are_sent_again() -> None:
    ENDS["completed"]().check_resend(1)
    for state, uncertain in ((running(), 0), (pending(), 3), (ENDS["cancelled"](), 3)):
        with pytest.raises(NothingUncertainError):
            state.check_resend(uncertain)


def test_a_run_is_not_found_below_another_campaign() -> None:
    running().check_campaign(CampaignId(UUID(int=2)))
    with pytest.raises(ExecutionNotFoundError):
        running().check_campaign(CampaignId(UUID(int=3)))


def test_the_first_fact_is_the_creation() -> None:
    with pytest.raises(ValueError, match="cannot be the first fact"):
        evolve(None, ExecutionPaused(campaign_id=CampaignId(UUID(int=2)), **SAID))


counts = st.integers(0, 1_000_000)


@given(st.lists(counts, min_size=9, max_size=9))
def test_the_identity_holds_when_and_only_when_nobody_is_missing(parts: list[int]) -> None:
    names = [name for name in Accounting.__struct_fields__ if name != "audience"]
    by_name = dict(zip(names, parts, strict=True))
    whole = Accounting(audience=sum(parts), **by_name)
    assert whole.holds()
    assert whole.final().sent == by_name["sent"]
    missing = Accounting(audience=sum(parts) + 1, **by_name)
    assert not missing.holds()
    assert missing.differences(whole) == {"audience": (sum(parts) + 1, sum(parts))}
    below_zero = {**by_name, "sent": -1, "failed": by_name["failed"] + by_name["sent"] + 1}
    assert not Accounting(audience=sum(parts), **below_zero).holds()


@given(st.integers(1, 8), st.floats(0, 1, exclude_max=True))
def test_waits_double_and_end_with_the_last_try(tries: int, chance: float) -> None:
    wait = RetryPolicy(tries=6, first_wait=0.5, longest_wait=4).wait_after(tries, chance)
    if tries >= 6:
        assert wait is None
    else:
        full = min(4, 0.5 * 2 ** (tries - 1))
        assert wait is not None
        assert full / 2 <= wait <= full


@given(st.integers(0, 2**31 - 1), st.integers(1, 2**31 - 1))
def test_message_ids_are_read_as_they_were_written(execution_no: int, seq: int) -> None:
    assert parse_message_id(message_id(execution_no, seq)) == (execution_no, seq)


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "a-1", "1-²", "1--1", "1-12345678901"])
def test_anything_else_is_no_message_id(text: str) -> None:
    assert parse_message_id(text) is None


def test_a_variant_uses_its_own_channels_by_priority_or_the_campaigns() -> None:
    email, sms, off = (
        Channel(channel_type=ChannelType.EMAIL, priority=2),
        Channel(channel_type=ChannelType.SMS, priority=1),
        Channel(channel_type=ChannelType.PUSH, enabled=False),
    )
    own = BriefVariant(variant_id=VariantId(UUID(int=1)), name="A", allocation=50, channels=(email,))
    plain = BriefVariant(variant_id=VariantId(UUID(int=2)), name="B", allocation=50)
    brief = Brief(
        tenant_id=TenantId("acme"),
        campaign_id=CampaignId(UUID(int=2)),
        campaign_name="Spring",
        starts_at=NOON + timedelta(hours=1),
        channels=(email, sms, off),
        variants=(own, plain),
    )
    assert brief.channels_of(0) == (email,)
    assert brief.channels_of(1) == brief.channels_of(-1) == (sms, email)
    assert brief.channel_of(1, ChannelType.SMS) == sms
    assert brief.channel_of(0, ChannelType.SMS) is None
    assert brief.hours().always
