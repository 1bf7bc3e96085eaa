"""What dry runs ask of the world. Nothing here changes a campaign, a ledger, a counter or a provider."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery.dry_running.answering import PastAnswer
from campaigns.application.delivery.dry_running.forecasts import DryRun, Forecast, LaunchProblem
from campaigns.application.delivery.ports import CompiledContent
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.forecast import Cell
from campaigns.domain.delivery.pacing import PacedBatch
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId


class Outlook(Struct, frozen=True, kw_only=True):
    """What a launch would be told now; `expected` people are meant, as far as they can be counted.

    `starts_at` is the planned start, where there is one; `planned_for` when the schedule's run begins, where people's
    own clocks count. `answers_events`: the campaign writes to people because of what they do.
    """

    campaign_version: int
    problems: tuple[LaunchProblem, ...]
    expected: int | None
    starts_at: datetime | None
    planned_for: datetime | None = None
    answers_events: bool = False


class LaunchOutlooks(Protocol):
    """The checks of a launch, asked without launching."""

    async def of(self, campaign_id: CampaignId, caller: Caller) -> Outlook:
        """Every broken rule, as at activation. NotFoundError, DependencyDownError."""


class DecidedPart(Struct, frozen=True, kw_only=True):
    """Some thousands of people, decided. `people`: the first few user ids by the number of their reason.

    `chosen`: those whose message is rendered, as (seq, user id, variant, channel). `said`: by seq, what the event of
    one of them said, where events are answered.
    """

    size: int
    people: Mapping[int, Sequence[str]]
    chosen: Sequence[tuple[int, str, int, int]]
    said: Mapping[int, Mapping[str, Any]] = {}


class Trial(Protocol):
    """A plan being decided and not stored."""

    def parts(self, every: int) -> AsyncIterator[DecidedPart]:
        """Everybody, once; of those who would be sent to, each `every`-th is chosen. Raises what planning raises."""

    def cells(self) -> Sequence[Cell]:
        """Everybody read so far, counted."""

    def batches(self) -> Sequence[PacedBatch]:
        """After the last part: when is what released. EmptyAudienceError, NeverOpenError."""

    def messages(self, batch: PacedBatch) -> Mapping[ChannelType, int]:
        """The messages of a batch, by their channel."""


class Trials(Protocol):
    """The decisions of a launch, by the code of a launch."""

    def open(self, brief: Brief, caller: Caller) -> AbstractAsyncContextManager[Trial]: ...


class Replays(Protocol):
    """The decisions of the runs of a triggered campaign."""

    async def over(self, brief: Brief, answers: Sequence[PastAnswer]) -> Trial:
        """Each answer is one of the audience."""


class UnsentContent(Protocol):
    """Content as it would be sent; its links are stored nowhere."""

    async def prepare(self, brief: Brief) -> CompiledContent:
        """InvalidError when it cannot be compiled."""


class Committed(Protocol):
    """What campaigns have spent and reserved."""

    async def of(self, campaign_id: CampaignId, tenant_id: TenantId) -> Decimal: ...


class DryRuns(Protocol):
    """Dry runs and what they found; of each campaign the last twenty are kept."""

    async def queue(self, dry_run: DryRun) -> None:
        """DryRunUnderWayError when another one of the campaign is not finished."""

    async def get(self, tenant_id: TenantId, campaign_id: CampaignId, dry_run_id: UUID) -> DryRun:
        """DryRunNotFoundError."""

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Sequence[DryRun]:
        """Newest first, without their forecasts."""

    async def last_before(self, tenant_id: TenantId, campaign_id: CampaignId, at: datetime) -> DryRun:
        """The newest that was completed by then. DryRunNotFoundError."""

    async def claim(self) -> DryRun | None:
        """The next in line, ours for half a minute at a time."""

    async def report(self, dry_run: DryRun, people: int, expected: int | None) -> None:
        """Say how far it is, and keep the lease."""

    async def finish(self, dry_run: DryRun, forecast: Forecast | None, error: str | None, at: datetime) -> None:
        """Once; somebody who lost the lease changes nothing."""


class RealPlan(Struct, frozen=True, kw_only=True):
    """What an execution really planned, and what it has spent so far."""

    execution_id: ExecutionId
    brief: Brief
    planned_at: datetime
    cells: tuple[Cell, ...]
    released: tuple[tuple[datetime, int], ...]
    spent: Decimal


class Change(Struct, frozen=True, kw_only=True):
    """Something that was different when the real plan was made."""

    what: str
    says: str
    details: Any = None


class RealPlans(Protocol):
    """The plans that were stored, and what changed before they were."""

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId, execution_id: ExecutionId) -> RealPlan:
        """ExecutionNotFoundError, also when its plan has left the ledger."""

    async def changes(self, dry_run: DryRun, real: RealPlan, caller: Caller) -> Sequence[Change]:
        """What is known to have changed between the two."""
