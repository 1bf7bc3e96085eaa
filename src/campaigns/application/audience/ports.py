"""What the audience context asks of the world, and what it offers to delivery."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Share
from campaigns.domain.audience.segment import Segment, SegmentEvent
from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.ids import CampaignId, RuleId, SegmentId, TenantId, UserId
from campaigns.domain.shared.sending_limits import FrequencyCap

VariantShare = Share
"""One variant in the campaign's order; without channels of its own it uses the campaign's."""


class AudienceOrder(Struct, frozen=True, kw_only=True):
    """Everything that decides who is sent what by which way. Channels are the enabled ones, by priority."""

    tenant_id: TenantId
    campaign_id: CampaignId
    definition: AudienceDefinition
    channels: tuple[ChannelType, ...]
    now: datetime
    variants: tuple[VariantShare, ...] = ()
    holdout_percentage: Decimal = Decimal(0)
    frequency_caps: tuple[FrequencyCap, ...] = ()


class StepCount(Struct, frozen=True):
    """What one filter step did: how many it removed, how many it left."""

    name: str
    removed: int
    left: int


class Resolution(Protocol):
    """An audience being read. `batches` may be read once; the counts are complete when it is exhausted."""

    def batches(self) -> AsyncIterator[Any]:
        """Arrow record batches in ascending order of user_id (by code points), each person exactly once:

        `user_id` string · `variant` int16 (index into the order's variants, -1 none) · `channel` int16 (index into
        the declaration of ChannelType, -1 none) · `reason` int16 (SkipReason, 0 is who will be sent to).
        Raises DependencyDownError when a service needed on the way stops answering.
        """

    @property
    def steps(self) -> tuple[StepCount, ...]:
        """The filter steps in their order."""


class AudienceCounts(Protocol):
    """How many people an order comes to."""

    async def count(self, order: AudienceOrder) -> int:
        """Everybody who is meant and passes rules and filters, whether suppressed or not; nothing is kept of them.

        Raises what resolving raises.
        """


class AudienceResolver(Protocol):
    """Finds the people of a campaign."""

    def resolve(self, order: AudienceOrder) -> AbstractAsyncContextManager[Resolution]:
        """Gather what is needed (segments, suppressions, rules) and open the stream.

        Raises InvalidError (unknown segment or dataset, rule missing or disabled) and DependencyDownError.
        """


class ProfileSource(Protocol):
    """People's attributes for those who write to them."""

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        """One mapping per user id, in their order, `user_id` included; ids ascend. None for `columns` means all.

        A person without a profile row has `user_id` alone; missing attributes are left out.
        """


class SegmentContent(Struct, frozen=True, kw_only=True):
    """What a segment means: criteria, or named users."""

    segment_id: SegmentId
    name: str
    criteria: dict[str, Any] | None = None
    user_ids: tuple[UserId, ...] | None = None


class SegmentContents(Protocol):
    """What segments mean, for those who resolve them."""

    async def contents(
        self, tenant_id: TenantId, segment_ids: Sequence[SegmentId]
    ) -> Mapping[SegmentId, SegmentContent]:
        """The segments that exist; the others are left out."""


class SuppressedPeople(Protocol):
    """Who must not be written to, by channel, as one Arrow table."""

    async def table(self, tenant_id: TenantId) -> Any:
        """One row per person: `user_id` string · `everywhere` int64 (SkipReason number, 0 none) · `by_channel` int64

        (four bits per channel, as in `domain.audience.standing`).
        """


class Contacts(Protocol):
    """The contacts that count against the caps of one resolution."""

    async def over(self, user_ids: Any) -> Any:
        """An Arrow boolean for each of these people (Arrow strings, ascending): has had all that a cap allows."""


class RecentContacts(Protocol):
    """Who was written to lately, by any campaign of the tenant."""

    async def within(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], now: datetime) -> Contacts:
        """Everything in the plan that was sent, may have been sent, or still waits, since the caps' first day."""


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the Rules Engine. With `criteria` in our grammar it is asked in the query, else over HTTP."""

    id: RuleId
    name: str
    enabled: bool
    kind: Literal["targeting", "personalization", "scheduling"] = "targeting"
    version: int = 1
    criteria: Criteria | None = None


class Subject(Struct, frozen=True):
    """A person as the Rules Engine sees them; attributes are JSON values."""

    user_id: UserId
    attributes: Mapping[str, Any]


class RulesEngine(Protocol):
    """Rules that other systems keep. Never guesses: what it cannot answer is DependencyDownError("rules engine")."""

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        """The rules that exist; unknown ids are left out."""

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        """Which of the rules hold for each subject; every subject has an entry."""


class Segments(Protocol):
    """The segments of the caller's tenant."""

    async def get(self, segment_id: UUID, caller: Caller, expected_version: int | None = None) -> Segment:
        """The present state. SegmentNotFoundError (deleted ones too); StaleVersionError."""

    async def record(self, before: Segment | None, events: Sequence[SegmentEvent], caller: Caller) -> Receipt:
        """Record, and claim the name. ConflictError, ClaimTakenError."""


class SegmentPage(Struct, frozen=True, kw_only=True):
    segments: tuple[Segment, ...]
    total: int


class SegmentListing(Protocol):
    """Lists of segments by name, at most a second behind."""

    async def page(self, caller: Caller, *, search: str | None, limit: int, offset: int) -> SegmentPage:
        """One page; the segments come without their named users' ids."""


class SuppressionPage(Struct, frozen=True, kw_only=True):
    suppressions: tuple[Suppression, ...]
    total: int
    next_cursor: str | None


class Suppressions(Protocol):
    """Who must not be written to."""

    async def add(self, tenant_id: TenantId, suppressions: Sequence[Suppression]) -> int:
        """Say so; an entry for the same person and channel is replaced. Returns how many were given."""

    async def remove(self, tenant_id: TenantId, user_id: UserId, channel: str) -> None:
        """SuppressionNotFoundError when nothing was said about this person and channel."""

    async def page(
        self,
        tenant_id: TenantId,
        *,
        user_id: str | None,
        channel: str | None,
        reason: str | None,
        limit: int,
        cursor: str | None,
    ) -> SuppressionPage:
        """By user id and channel, from after the cursor. InvalidError for a cursor that is none."""

    async def standing(self, tenant_id: TenantId, user_id: UserId) -> tuple[int, int]:
        """(everywhere, by channel) of one person, as in `SuppressedPeople.table`; zeros when nothing was said."""

    def every(self, tenant_id: TenantId) -> AsyncIterator[Suppression]:
        """All of them, by user id and channel."""


class Import(Struct, frozen=True, kw_only=True):
    """An upload on its way to becoming a dataset. `rejections` are the first thousand: row number and rule."""

    id: UUID
    tenant_id: TenantId
    dataset: str
    file_name: str
    format: Literal["csv", "xlsx", "parquet"]
    bytes: int
    status: Literal["pending", "running", "completed", "failed"]
    created_by: str
    created_at: datetime
    rows: int = 0
    imported: int = 0
    rejected: int = 0
    replaced: int = 0
    rejections: tuple[dict[str, Any], ...] = ()
    columns: Mapping[str, str] = {}
    error: str | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Imports(Protocol):
    """Uploads and what became of them."""

    async def queue(self, upload: Import, content: AsyncIterator[bytes]) -> Import:
        """Keep the file and put it in line; returns it with its size. UnreadableImportError when it is too large."""

    async def get(self, tenant_id: TenantId, import_id: UUID) -> Import:
        """ImportNotFoundError."""

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Import], int]:
        """Newest first, and how many there are."""


class SourceSize(Struct, frozen=True, kw_only=True):
    """How many people one source of the definition means by itself. `side` is include or exclude, `at` its place."""

    side: Literal["include", "exclude"]
    at: int
    segment_id: SegmentId | None
    size: int


class Estimate(Struct, frozen=True, kw_only=True):
    """How many people an audience comes to, step by step; each number holds after the step it names."""

    sources: tuple[SourceSize, ...]
    included: int
    after_exclusions: int
    filters: tuple[StepCount, ...]
    audience: int
    after_suppression: int
    after_holdout: int
    skipped: Mapping[str, int]
    computed_at: datetime


class Estimates(Protocol):
    """Counts an audience by the query that would resolve it."""

    async def estimate(self, order: AudienceOrder) -> Estimate:
        """At most five minutes old. InvalidAudienceError, DependencyDownError."""


class Orders(Protocol):
    """What campaigns ask of the audience."""

    async def of(self, campaign_id: UUID, caller: Caller) -> AudienceOrder:
        """The campaign's present order. NotFoundError; InvalidAudienceError for filters that cannot be read."""


class PersonFacts(Struct, frozen=True, kw_only=True):
    """What the store knows of one person; without a profile row, the `user_id` alone.

    `sharing`: who comes before this person, by user id, and has the same address, by the attribute that holds it.
    """

    attributes: Mapping[str, Any]
    has_profile: bool
    filtered_by: str | None
    everywhere: int
    by_channel: int
    over_cap: bool = False
    sharing: Mapping[str, Sequence[UserId]] = {}


class People(Protocol):
    """One person, for questions about one person."""

    async def facts(self, order: AudienceOrder, user_id: UserId) -> PersonFacts:
        """Attributes (`user_id` among them), the first filter that removes them, what suppressions and caps say."""


class Digests(Protocol):
    """The digest behind allocation."""

    def __call__(self, subject: bytes) -> bytes:
        """xxh3_128, 16 bytes, big-endian."""


class PeopleSearch(Protocol):
    """People by their attributes, for those who look at them."""

    def columns(self, tenant_id: TenantId, dataset: str) -> Sequence[str]:
        """The attributes of a dataset; empty before its first import."""

    async def count(self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime) -> int:
        """How many meet the criteria; None means everybody."""

    def rows(
        self, tenant_id: TenantId, dataset: str, criteria: Criteria | None, now: datetime, limit: int | None
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Batches of people by user id."""
