"""What a dry run found, and where it stands."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery.dry_running.answering import ReplayedPeriod
from campaigns.domain.delivery.forecast import Counted
from campaigns.domain.shared.ids import CampaignId, TenantId


class LaunchProblem(Struct, frozen=True, kw_only=True):
    """Something that a launch would be refused for now; `pointer` is its place in the campaign, "" for none."""

    pointer: str
    message: str
    code: str


class BudgetOutlook(Struct, frozen=True, kw_only=True):
    """`committed` was spent or reserved before; `exhausted_at`: the release of the first batch that does not fit."""

    amount: Decimal
    currency: str
    committed: Decimal
    exhausted_at: datetime | None
    messages_before: int


class ContentOutlook(Struct, frozen=True, kw_only=True):
    """Messages rendered for real, of all that would be sent; `why` counts what could not be rendered, by its words.

    `gaps`: how many did without a variable that they name.
    """

    rendered: int
    of: int
    everybody: bool
    missing_data: int
    content_error: int
    why: Mapping[str, int]
    gaps: Mapping[str, int]


class Forecast(Struct, frozen=True, kw_only=True):
    """A launch as it would be now. `counted` is missing when the audience cannot be planned at all.

    `people`: the first few of each reason, by user id. `providers`: null where none is configured for a channel.
    `replayed`: the events that a triggered campaign was asked about; each answer is then counted as one of `audience`.
    """

    starts_at: datetime
    campaign_version: int
    problems: tuple[LaunchProblem, ...]
    counted: Counted | None = None
    people: Mapping[str, tuple[str, ...]] = {}
    providers: Mapping[str, str | None] = {}
    budget: BudgetOutlook | None = None
    content: ContentOutlook | None = None
    replayed: ReplayedPeriod | None = None


class DryRun(Struct, frozen=True, kw_only=True):
    """A dry run and how far it is: `people` are decided, of about `expected`. `sample` null: content for everybody.

    `since` and `until`: when the events were received that a triggered campaign is asked about.
    """

    id: UUID
    tenant_id: TenantId
    campaign_id: CampaignId
    status: Literal["pending", "running", "completed", "failed"]
    sample: int | None
    since: datetime | None = None
    until: datetime | None = None
    requested_by: str
    created_at: datetime
    people: int = 0
    expected: int | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None
    forecast: Forecast | None = None
