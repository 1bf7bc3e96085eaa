"""What each decision about an execution records, field by field, and what it says when it refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.events import (
    ExecutionCancelled,
    ExecutionCompleted,
    ExecutionCreated,
    ExecutionFailed,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStarted,
    FinalTotals,
    PlanTotals,
)
from campaigns.domain.delivery.execution import Execution, create_execution, evolve
from campaigns.domain.delivery.kinds import ExecutionKind, ExecutionStatus
from campaigns.domain.delivery.messages import parse_message_id
from campaigns.domain.delivery.retrying import RetryPolicy
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, VariantId
from campaigns.domain.shared.sending_limits import SendWindow

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SAID: dict[str, Any] = {"at": NOON, "by": "olga"}
RUN, SPRING, OTHER = ExecutionId(UUID(int=1)), CampaignId(UUID(int=2)), CampaignId(UUID(int=3))
TOLD: dict[str, Any] = {"campaign_id": SPRING, **SAID}
PLAN = PlanTotals(audience=10, holdout=1, control=1, skipped=1, to_send=7, batches=1)
FINAL = FinalTotals(audience=9, holdout=1, control=2, skipped=3, sent=4, failed=5, uncertain=6, cancelled=7)
CREATED = ExecutionCreated(
    execution_id=RUN, tenant_id=TenantId("acme"), kind=ExecutionKind.MANUAL, planned_for=NOON - timedelta(1), **TOLD
)
PENDING = Execution(
    id=RUN,
    tenant_id=TenantId("acme"),
    version=1,
    campaign_id=SPRING,
    kind=ExecutionKind.MANUAL,
    planned_for=NOON - timedelta(1),
)
RUNNING = replace(PENDING, status=ExecutionStatus.RUNNING, execution_no=5, plan=PLAN, version=2)
PAUSED = replace(RUNNING, status=ExecutionStatus.PAUSED, reason="lunch", version=3)


def test_a_creation_records_what_was_ordered() -> None:
    ordered = create_execution(
        RUN,
        tenant_id=TenantId("acme"),
        campaign_id=SPRING,
        kind=ExecutionKind.MANUAL,
        planned_for=NOON - timedelta(1),
        **SAID,
    )
    assert ordered == CREATED


@pytest.mark.parametrize(
    ("decide", "fact"),
    [
        (
            lambda: (PENDING.start(execution_no=5, totals=PLAN, **SAID),),
            ExecutionStarted(execution_no=5, totals=PLAN, **TOLD),
        ),
        (lambda: RUNNING.pause(reason="lunch", **SAID), ExecutionPaused(reason="lunch", **TOLD)),
        (lambda: PAUSED.resume(**SAID), ExecutionResumed(**TOLD)),
        (lambda: RUNNING.complete(totals=FINAL, **SAID), ExecutionCompleted(totals=FINAL, **TOLD)),
        (lambda: PAUSED.fail(reason="why", code="x.y", **SAID), ExecutionFailed(reason="why", code="x.y", **TOLD)),
        (lambda: PENDING.cancel(reason="enough", **SAID), ExecutionCancelled(reason="enough", **TOLD)),
    ],
)
def test_a_decision_records_its_campaign_when_who_and_why(decide: Callable[[], object], fact: object) -> None:
    assert decide() == (fact,)


@pytest.mark.parametrize(
    ("before", "event", "changed"),
    [
        (None, CREATED, {}),
        (PENDING, ExecutionStarted(execution_no=5, totals=PLAN, **TOLD), {"execution_no": 5, "plan": PLAN}),
        (RUNNING, ExecutionPaused(reason="lunch", **TOLD), {"reason": "lunch"}),
        (PAUSED, ExecutionResumed(**TOLD), {"reason": None}),
        (RUNNING, ExecutionCompleted(totals=FINAL, **TOLD), {"final": FINAL}),
        (RUNNING, ExecutionFailed(reason="why", code="x.y", **TOLD), {"reason": "why"}),
        (RUNNING, ExecutionCancelled(reason="enough", **TOLD), {"reason": "enough"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fact_changes_this_and_nothing_else(before: Execution | None, event: Any, changed: dict[str, Any]) -> None:
    status = {
        ExecutionCreated: "pending",
        ExecutionPaused: "paused",
        ExecutionCompleted: "completed",
        ExecutionFailed: "failed",
        ExecutionCancelled: "cancelled",
    }.get(type(event), "running")
    version = before.version + 1 if before else 1
    expected = replace(before or PENDING, status=ExecutionStatus(status), version=version, **changed)
    assert evolve(before, event) == expected


def test_a_plan_stored_while_paused_forgets_why_it_was_paused() -> None:
    held = replace(PENDING, status=ExecutionStatus.PAUSED, reason="lunch")
    assert evolve(held, ExecutionStarted(execution_no=5, totals=PLAN, **TOLD)).reason is None


@pytest.mark.parametrize(
    ("decide", "sentence"),
    [
        (
            lambda: RUNNING.start(execution_no=6, totals=PLAN, **SAID),
            f"execution {RUN} is running, only a pending one is started",
        ),
        (lambda: RUNNING.check_campaign(OTHER), f"campaign {OTHER} has no execution {RUN}"),
        (lambda: PENDING.check_resend(1), f"execution {RUN} is pending: nothing of it is sent again"),
        (lambda: RUNNING.check_resend(0), f"execution {RUN} has no uncertain message"),
    ],
)
def test_a_refusal_says_which_execution_and_why(decide: Callable[[], object], sentence: str) -> None:
    with pytest.raises(DomainError) as refused:
        decide()
    assert refused.value.detail == sentence


@pytest.mark.parametrize("state", [RUNNING, PAUSED])
def test_what_is_uncertain_may_be_sent_again_while_it_runs(state: Execution) -> None:
    state.check_resend(1)


def test_a_stream_that_begins_in_its_middle_is_named() -> None:
    with pytest.raises(ValueError, match=r"^ExecutionResumed cannot be the first fact of an execution$"):
        evolve(None, ExecutionResumed(**TOLD))


def test_the_final_totals_are_what_was_counted() -> None:
    counted = Accounting(
        audience=9, holdout=1, control=2, skipped=3, sent=4, failed=5, uncertain=6, cancelled=7, waiting=8, sending=9
    )
    assert counted.final() == FINAL


def test_two_counts_differ_where_they_differ() -> None:
    assert Accounting(sent=1, failed=2).differences(Accounting(sent=1, failed=3, waiting=1)) == {
        "failed": (2, 3),
        "waiting": (0, 1),
    }


MAIL, SMS = Channel(channel_type=ChannelType.EMAIL), Channel(channel_type=ChannelType.SMS)
OPEN = SendWindow(days=("mon",), start=time(9), end=time(17))
BRIEF = Brief(
    tenant_id=TenantId("acme"),
    campaign_id=SPRING,
    campaign_name="Spring",
    starts_at=NOON,
    windows=(OPEN,),
    zone="Asia/Tokyo",
    exclude_weekends=True,
    channels=(MAIL,),
    variants=(BriefVariant(variant_id=VariantId(UUID(int=1)), name="A", allocation=50, channels=(SMS,)),),
)


def test_the_hours_of_a_brief_are_the_campaign_s() -> None:
    assert BRIEF.hours() == OpeningHours(windows=(OPEN,), zone="Asia/Tokyo", exclude_weekends=True)


@pytest.mark.parametrize(("variant", "channel"), [(-1, MAIL), (0, SMS), (1, MAIL), (7, MAIL)])
def test_who_belongs_to_no_variant_gets_the_campaign_s_own_channels(variant: int, channel: Channel) -> None:
    assert BRIEF.channels_of(variant) == (channel,)


@pytest.mark.parametrize(("text", "read"), [("1234567890-1", (1_234_567_890, 1)), ("0-0", (0, 0)), ("1-2-3", None)])
def test_numbers_of_a_message_have_up_to_ten_digits(text: str, read: tuple[int, int] | None) -> None:
    assert parse_message_id(text) == read


def test_by_default_a_message_is_tried_three_times_with_doubling_waits() -> None:
    waits = [RetryPolicy().wait_after(made, chance=0) for made in (1, 2, 3, 4)]
    assert waits == [0.5, 1.0, None, None]


def test_chance_takes_up_to_half_of_a_wait_away_and_no_wait_exceeds_the_longest() -> None:
    policy = RetryPolicy(tries=20)
    assert policy.wait_after(1, chance=0.5) == 0.375
    assert policy.wait_after(12, chance=0) == 30.0
