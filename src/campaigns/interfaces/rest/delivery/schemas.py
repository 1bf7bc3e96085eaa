"""What clients are shown of executions."""

from datetime import datetime
from uuid import UUID

from campaigns.application.delivery.readings import BatchCounts, ExecutionView, StratumView
from campaigns.interfaces.rest.wire import View


class AccountingView(View, frozen=True, kw_only=True):
    """audience = holdout + control + skipped + waiting + sending + sent + failed + uncertain + cancelled."""

    audience: int
    holdout: int
    control: int
    skipped: int
    waiting: int
    sending: int
    sent: int
    failed: int
    uncertain: int
    cancelled: int
    holds: bool


class ExecutionBodyView(View, frozen=True, kw_only=True):
    """One run. `progress` is the share of the audience that has its outcome, from 0 to 1."""

    execution_id: UUID
    campaign_id: UUID
    kind: str
    status: str
    planned_for: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    detail: str | None
    waiting_for: str | None
    progress: float | None
    accounting: AccountingView
    batches: BatchCounts
    strata: tuple[StratumView, ...]


class ExecutionList(View, frozen=True, kw_only=True):
    executions: list[ExecutionBodyView]
    total: int


class ResendView(View, frozen=True, kw_only=True):
    """How many messages will be sent again."""

    messages: int


def shown(view: ExecutionView) -> ExecutionBodyView:
    counted = view.accounting
    figures = {name: getattr(counted, name) for name in counted.__struct_fields__}
    ended = counted.audience - counted.waiting - counted.sending
    own = {name: getattr(view, name) for name in ExecutionView.__struct_fields__ if name != "accounting"}
    return ExecutionBodyView(
        **own,
        progress=round(ended / counted.audience, 6) if counted.audience else None,
        accounting=AccountingView(**figures, holds=counted.holds()),
    )
