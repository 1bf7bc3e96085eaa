"""What can be asked about executions and about each single recipient."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.messages import MessageState
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId


class BatchCounts(Struct, frozen=True, kw_only=True):
    """How many batches stand where, and when the next one is released."""

    waiting: int
    sending: int
    done: int
    cancelled: int
    next_release_at: datetime | None


class StratumView(Struct, frozen=True, kw_only=True):
    """`stratum` is what its people have in common: of those who are reached, so many are held out."""

    stratum: Mapping[str, str | None]
    people: int
    held_out: int


class ExecutionView(Struct, frozen=True, kw_only=True):
    """One run and where its people are. `detail` says why it is paused, failed or cancelled; `strata` where the holdout
    was drawn by any.
    """

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
    accounting: Accounting
    batches: BatchCounts
    strata: tuple[StratumView, ...] = ()


class RecipientFilter(Struct, frozen=True, kw_only=True):
    """Every condition given must hold. `variant` is an id or a name; `execution_id` None: the newest planned run."""

    execution_id: ExecutionId | None = None
    state: MessageState | None = None
    variant: str | None = None
    reason: str | None = None


class RecipientView(Struct, frozen=True, kw_only=True):
    """One person of the plan. `reason` says why nothing was sent, or what the provider said."""

    user_id: str
    execution_id: UUID
    message_id: str
    state: str
    variant: str | None
    channel: str | None
    reason: str | None
    batch: int | None
    release_at: datetime | None
    at: datetime | None


class RecipientPage(Struct, frozen=True, kw_only=True):
    """A page may be short before the end: go on while there is a `next_cursor`."""

    recipients: tuple[RecipientView, ...]
    next_cursor: str | None


class TraceStep(Struct, frozen=True, kw_only=True):
    """One decision or fact, in words, with what it rests on."""

    step: str
    says: str
    at: datetime | None = None
    details: Any = None


class RecipientTrace(Struct, frozen=True, kw_only=True):
    """Everything that was decided about one person and everything that happened, in order."""

    recipient: RecipientView
    steps: tuple[TraceStep, ...]


class DeliveryReadings(Protocol):
    """Reads the ledger for one tenant."""

    async def executions(self, tenant_id: TenantId, campaign_id: CampaignId) -> Sequence[ExecutionView]:
        """Newest first, at most 500."""

    async def execution(self, tenant_id: TenantId, campaign_id: CampaignId, execution_id: ExecutionId) -> ExecutionView:
        """ExecutionNotFoundError."""

    async def recipients(
        self, tenant_id: TenantId, campaign_id: CampaignId, wanted: RecipientFilter, *, limit: int, cursor: str | None
    ) -> RecipientPage:
        """In the order of the plan: first who was kept back, then who is sent to. Bounded work per page.

        ExecutionNotFoundError when the campaign has no plan; InvalidError names what cannot be asked.
        """

    async def trace(
        self, tenant_id: TenantId, campaign_id: CampaignId, user_id: str, execution_id: ExecutionId | None
    ) -> RecipientTrace:
        """RecipientNotFoundError when the person is not in the plan."""
