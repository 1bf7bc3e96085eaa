"""What the world is told about executions: every fact in the words of its news."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from campaigns.domain.delivery import events
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.publishing import translate
from campaigns.infrastructure.eventstore.recorded import Metadata, Recorded

AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
CAMPAIGN, RUN = UUID(int=1), UUID(int=2)
BY: dict[str, Any] = {"campaign_id": CAMPAIGN, "at": AT, "by": "ada"}
PLAN = events.PlanTotals(audience=9, holdout=1, control=2, skipped=3, to_send=3, batches=1)
END = events.FinalTotals(audience=9, holdout=1, control=2, skipped=3, sent=2, failed=1, uncertain=0, cancelled=0)


def told(event: Any) -> dict[str, Any] | None:
    metadata = Metadata(tenant_id=TenantId("t"), principal="ada", command_id=UUID(int=3), correlation_id="c")
    news = translate(Recorded(RUN, 1, AT, metadata, event))
    return None if news is None else msgspec.to_builtins(news)


@pytest.mark.parametrize(
    ("event", "instant", "fields"),
    [
        (events.ExecutionStarted(execution_no=4, totals=PLAN, **BY), "started_at", {"audience": 9, "to_send": 3}),
        (events.ExecutionPaused(reason="a typo", **BY), "paused_at", {"paused_by": "ada", "reason": "a typo"}),
        (events.ExecutionResumed(**BY), "resumed_at", {"resumed_by": "ada"}),
        (events.ExecutionCompleted(totals=END, **BY), "completed_at", {"audience": 9, "sent": 2, "failed": 1}),
        (events.ExecutionFailed(code="c", reason="r", **BY), "failed_at", {"code": "c", "reason": "r"}),
        (events.ExecutionCancelled(reason="enough", **BY), "cancelled_at", {"cancelled_by": "ada", "reason": "enough"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fact_about_a_run_names_its_run_its_instant_and_what_happened(
    event: Any, instant: str, fields: dict[str, Any]
) -> None:
    news = told(event)
    assert news is not None
    named = {"campaign_id": str(CAMPAIGN), "execution_id": str(RUN), instant: "2027-01-04T09:00:00Z"}
    assert {name: news[name] for name in named | fields} == named | fields


def test_the_end_of_a_test_is_told_by_the_campaign_alone() -> None:
    assert told(events.ExecutionTestSettled(variant_id=None, **BY)) is None
