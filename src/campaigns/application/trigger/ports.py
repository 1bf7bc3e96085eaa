"""What triggers ask of the world, and what they offer to it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, UserId
from campaigns.domain.trigger.deciding import Bystander, Decision
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Acting
from campaigns.domain.trigger.index import TriggerIndex
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.rules import TriggerOrders


class ReportedEvent(Struct, frozen=True, kw_only=True):
    """Something a person did, as their system reports it. `data`: texts, numbers, truths by name."""

    event_id: str
    event_type: str
    user_id: UserId
    at: datetime
    data: Mapping[str, Any]


class OutsideEvents(Protocol):
    """Takes what people did; triggers are asked about it right after. The one way in, whoever brings it."""

    async def add(self, tenant_id: TenantId, events: Sequence[ReportedEvent], received_at: datetime) -> int:
        """How many are new; durable on return. The same event id again acts no second time."""


class Book(Struct, frozen=True):
    """A tenant's triggers in force: their index, and what each of their campaigns says.

    `event_types`: every type that any trigger names, those that are disabled or paused included.
    """

    index: TriggerIndex
    event_types: frozenset[str]
    orders: Mapping[CampaignId, TriggerOrders]


class Evaluation(Protocol):
    """Some events of one tenant, with the book to ask them against; nobody else works for this tenant meanwhile."""

    @property
    def events(self) -> Sequence[OutsideEvent]:
        """In the order in which they were stored."""

    @property
    def repeated(self) -> frozenset[int]:
        """Numbers of those events that were evaluated before, and told once more."""

    @property
    def book(self) -> Book: ...

    async def counted(self, acting: Sequence[Acting], since: datetime) -> dict[Acting, list[datetime]]:
        """When these triggers act or have acted for these people, after `since`, ascending."""

    async def record(self, decisions: Sequence[Decision], now: datetime) -> None:
        """Remember that these events were evaluated, and what was decided."""


class Evaluations(Protocol):
    """Events that wait for their evaluation."""

    async def tenants(self) -> Sequence[TenantId]:
        """Whose events wait."""

    def open(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Evaluation | None]:
        """The next of them, one transaction; None when there are none any more."""


class Bystanders(Protocol):
    """What is known of people: their attributes, and how they stand to campaigns."""

    async def profiles(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> Mapping[UserId, Mapping[str, Any]]:
        """Attributes of these people, `user_id` among them; it alone of who has no profile."""

    async def standing(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        orders: TriggerOrders,
        profiles: Mapping[UserId, Mapping[str, Any]],
        now: datetime,
    ) -> Mapping[UserId, Bystander]:
        """Of everybody in `profiles`. DependencyDownError; InvalidError when the audience cannot be read."""


class Due(Struct, frozen=True):
    """What a trigger decided to do for a person, and may do now."""

    event: OutsideEvent
    trigger_id: UUID
    outcome: Outcome


class Judged(Struct, frozen=True):
    """What became of something due: `due_at` where it is held once more; None where it ends here."""

    due: Due
    outcome: Outcome
    due_at: datetime | None = None


class Gathering(Protocol):
    """What is due of one campaign; nobody else gathers for it meanwhile."""

    @property
    def due(self) -> Sequence[Due]:
        """Each person at most once: their earliest."""

    async def take(self, execution_id: ExecutionId, taken: Sequence[Due], put_off: Sequence[Judged]) -> None:
        """`taken` belong to this run from now on; `put_off` do not."""


class DueCampaign(Struct, frozen=True):
    tenant_id: TenantId
    campaign_id: CampaignId


class Gatherings(Protocol):
    """What triggers have decided and not yet done."""

    async def campaigns(self, now: datetime) -> Sequence[DueCampaign]:
        """Active campaigns of which something is due, and which were not gathered for a moment ago."""

    def open(self, campaign: DueCampaign, now: datetime) -> AbstractAsyncContextManager[Gathering | None]:
        """One transaction; None when there is nothing any more."""

    async def without_run(self) -> Sequence[tuple[DueCampaign, ExecutionId]]:
        """Runs that people were gathered for and that are not known to have begun."""

    async def begun(self, campaign: DueCampaign, execution_id: ExecutionId) -> None:
        """Say that it has begun; before that nobody is gathered for another run of the campaign."""


class TriggeredRuns(Protocol):
    """Runs of triggered campaigns."""

    async def begin(self, campaign: DueCampaign, execution_id: ExecutionId, at: datetime) -> None:
        """Begin a run for those who were gathered for it; doing so twice begins one."""


class PresentOrders(Protocol):
    """What campaigns say now, seen by everybody who recorded it."""

    async def of(self, campaign: DueCampaign) -> TriggerOrders | None:
        """None when the campaign is not active."""
