"""Ports for executions as a whole: their decisions, their orders, their plans."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.events import ExecutionEvent, ExecutionStarted, PlanTotals
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId


class Executions(Protocol):
    """The aggregates, each with its row beside it, written in one transaction."""

    async def get(self, execution_id: ExecutionId, caller: Caller) -> Execution:
        """The newest state. ExecutionNotFoundError, also for another tenant's."""

    async def record(self, before: Execution | None, events: Sequence[ExecutionEvent], caller: Caller) -> Receipt:
        """Record the decisions; no event is no change. ConflictError when somebody recorded first."""

    async def record_under(
        self, order: Brief, before: Execution, events: Sequence[ExecutionEvent], caller: Caller
    ) -> Receipt:
        """Like `record`; whoever still waits is sent to by this order (the next edition of the brief)."""

    async def open_of(self, campaign_id: CampaignId, tenant_id: TenantId) -> Sequence[ExecutionId]:
        """The campaign's executions that are pending, running or paused, oldest first."""

    async def accounting(self, execution_id: ExecutionId, tenant_id: TenantId) -> Accounting:
        """Where its people are now, from the counters."""


class OpenExecution(Struct, frozen=True):
    """An execution that waits for somebody to act on it."""

    execution_id: ExecutionId
    tenant_id: TenantId


class WaitingWork(Protocol):
    """What the scheduler looks after, across tenants."""

    async def to_plan(self, limit: int) -> Sequence[OpenExecution]:
        """Pending executions whose time has come, oldest first."""

    async def to_complete(self, limit: int) -> Sequence[OpenExecution]:
        """Running executions none of whose batches is open."""

    async def to_pace_again(self, limit: int) -> Sequence[OpenExecution]:
        """Running executions with a throttle whose released batches have waited too long to leave as planned."""


class Briefs(Protocol):
    """The campaign's order, in delivery's words."""

    async def of(
        self, campaign_id: CampaignId, starts_at: datetime, caller: Caller, planned_for: datetime | None = None
    ) -> Brief:
        """The order as it stands now. NotFoundError when there is no such campaign.

        `planned_for` is the instant that the schedule asks for; None for a run that somebody wants at once.
        """


class KnownCampaigns(Protocol):
    """Whether there is such a campaign."""

    async def require(self, campaign_id: CampaignId, caller: Caller) -> None:
        """NotFoundError when there is none, also for another tenant's."""

    async def answers_events(self, campaign_id: CampaignId, caller: Caller) -> bool:
        """Whether it writes to people because of what they do. NotFoundError."""


class Audiences(Protocol):
    """Who gets what, decided once for an execution."""

    def resolve(self, brief: Brief, caller: Caller) -> AsyncIterator[Any]:
        """Arrow record batches, people ascending by the bytes of their id, each once.

        Columns: user_id (string), variant (int16, index into the brief's variants, -1 none), channel (int16, number of
        the channel, -1 none), reason (int16, SkipReason; 0 is who will be sent to). Memory stays flat.
        """


class GatheredPeople(Protocol):
    """Whom triggers gathered for a run."""

    async def of(self, execution_id: ExecutionId, tenant_id: TenantId) -> Sequence[str]:
        """Their user ids, ascending by their bytes, each once."""


class Profiles(Protocol):
    """What is known of people."""

    async def of(self, tenant_id: TenantId, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Attributes by user id, `user_id` among them; someone without a profile is left out. At most 1,000 ids."""


class Suppressed(Protocol):
    """Who must not be reached, as of now."""

    async def among(
        self, tenant_id: TenantId, campaign_id: CampaignId, user_ids: Sequence[str]
    ) -> Mapping[str, Mapping[ChannelType, str]]:
        """For those who are suppressed: channel -> reason (the wire name of a SkipReason). Every commit is seen."""


Decide = Callable[[int, PlanTotals], ExecutionStarted]


class Plans(Protocol):
    """Stores who gets what."""

    async def store(self, execution: Execution, brief: Brief, decide: Decide, caller: Caller) -> Receipt:
        """Plan, batches, `decide(execution_no, totals)` and the execution's row: all in one transaction, or nothing.

        EmptyAudienceError, AudienceTooLargeError, ConflictError when somebody else has stored it.
        """

    async def pace_again(self, execution_id: ExecutionId, tenant_id: TenantId, now: datetime) -> int:
        """Give what still waits new release times from `now` on; returns the number of batches moved."""

    async def request_resend(self, execution: Execution) -> int:
        """Open the batches with uncertain messages for sending those again; returns the number of messages."""
