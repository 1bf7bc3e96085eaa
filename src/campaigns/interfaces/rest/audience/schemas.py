"""Segments, suppressions, imports and estimates as they travel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar.datastructures import UploadFile
from msgspec import Meta, Struct

from campaigns.application.audience.commands.suppress_people import Said
from campaigns.application.audience.erasing import Erasure
from campaigns.application.audience.ports import Estimate, Import
from campaigns.domain.audience.eligibility import Eligibility
from campaigns.domain.audience.segment import Meaning, Segment
from campaigns.domain.audience.standing import CHANNEL_NUMBERS
from campaigns.domain.audience.suppression import Suppression, SuppressionReason
from campaigns.domain.campaign.values import CampaignType
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.interfaces.rest.wire import Body, Name, Text, View

UserIdText = Annotated[str, Meta(min_length=1, max_length=255, description="A person, as your systems name them")]
ChannelOrAll = Annotated[
    Literal["*", "email", "sms", "whatsapp", "push", "in_app", "web", "social", "display", "webhook", "pop_up"],
    Meta(description="A channel, or * for all of them"),
]
Tree = Annotated[
    dict[str, Any],
    Meta(
        description='`{"field", "operator", "value"}`, or a list of such below `all`, `any` or `not`',
        examples=[{"field": "country", "operator": "equals", "value": "DE"}],
    ),
]


class SegmentBody(Body, frozen=True, kw_only=True):
    """People under a name: by `criteria`, or by `user_ids`; exactly one of them."""

    name: Name
    description: Text | None = None
    criteria: Tree | None = None
    user_ids: Annotated[list[UserIdText], Meta(min_length=1, max_length=10_000)] | None = None

    def meaning(self) -> Meaning:
        users = None if self.user_ids is None else tuple(UserId(user_id) for user_id in self.user_ids)
        return Meaning(name=self.name, description=self.description, criteria=self.criteria, user_ids=users)


class SegmentView(View, frozen=True, kw_only=True):
    id: UUID
    version: int
    name: str
    description: str | None
    criteria: dict[str, Any] | None
    user_ids: tuple[str, ...] | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class SegmentList(View, frozen=True, kw_only=True):
    """`user_ids` are left out of lists."""

    segments: list[SegmentView]
    total: int
    limit: int
    offset: int
    has_more: bool


class SuppressionBody(Body, frozen=True, kw_only=True):
    user_id: UserIdText
    channel: ChannelOrAll = "*"
    reason: SuppressionReason = "manual"

    def said(self) -> Said:
        channel: ChannelType | Literal["*"] = "*" if self.channel == "*" else ChannelType(self.channel)
        return Said(user_id=UserId(self.user_id), channel=channel, reason=self.reason)


class SuppressionsBody(Body, frozen=True, kw_only=True):
    """Many at once; an entry for the same person and channel is replaced."""

    suppressions: Annotated[list[SuppressionBody], Meta(min_length=1, max_length=10_000)]


class Suppressed(View, frozen=True, kw_only=True):
    accepted: int


class SuppressionView(View, frozen=True, kw_only=True):
    user_id: str
    channel: str
    reason: str
    source: str
    created_by: str
    created_at: datetime


class SuppressionList(View, frozen=True, kw_only=True):
    suppressions: list[SuppressionView]
    total: int
    limit: int
    has_more: bool
    next_cursor: str | None


class UploadBody(Struct, kw_only=True):
    """A CSV (UTF-8), XLSX or Parquet file with a column `user_id`."""

    file: UploadFile
    dataset: Annotated[str, Meta(max_length=63, description="`people`, or the name of a list for filters")] = "people"


class ErasureBody(Body, frozen=True, kw_only=True):
    """Who is to be forgotten."""

    user_id: UserIdText


class ErasureView(View, frozen=True, kw_only=True):
    """`user_id` is gone when the erasure is done; `found`: how much was erased, by place."""

    id: UUID
    status: Literal["pending", "erased"]
    user_id: str | None
    found: dict[str, int]
    requested_by: str
    requested_at: datetime
    erased_at: datetime | None


class ErasureList(View, frozen=True, kw_only=True):
    erasures: list[ErasureView]
    total: int
    limit: int
    offset: int
    has_more: bool


class CapBody(Body, frozen=True, kw_only=True):
    """At most so many messages to one person in so many days; null: of any channel, of any type of campaign."""

    messages: Annotated[int, Meta(ge=1, le=1_000)]
    days: Annotated[int, Meta(ge=1, le=30)]
    channel: ChannelType | None = None
    campaign_type: CampaignType | None = None


class FrequencyCapsBody(Body, frozen=True, kw_only=True):
    caps: Annotated[
        list[CapBody],
        Meta(max_length=50, examples=[[{"messages": 2, "days": 7, "channel": "email", "campaign_type": "promotion"}]]),
    ]

    def given(self) -> tuple[FrequencyCap, ...]:
        return tuple(
            FrequencyCap(**{name: getattr(cap, name) for name in CapBody.__struct_fields__}) for cap in self.caps
        )


class CapView(View, frozen=True, kw_only=True):
    messages: int
    days: int
    channel: str | None
    campaign_type: str | None


class FrequencyCapsView(View, frozen=True, kw_only=True):
    caps: list[CapView]


class RejectionView(View, frozen=True, kw_only=True):
    row: int
    rule: str


class ImportView(View, frozen=True, kw_only=True):
    """`rows` is how far it has come; `rejections` names the first thousand rows left out, and why."""

    id: UUID
    dataset: str
    file_name: str
    format: str
    bytes: int
    status: Literal["pending", "running", "completed", "failed"]
    rows: int
    imported: int
    rejected: int
    replaced: int
    rejections: list[RejectionView]
    columns: Mapping[str, str]
    error: str | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportList(View, frozen=True, kw_only=True):
    imports: list[ImportView]
    total: int
    limit: int
    offset: int
    has_more: bool


class SourceSizeView(View, frozen=True, kw_only=True):
    side: str
    at: int
    segment_id: UUID | None
    size: int


class FilterCountView(View, frozen=True, kw_only=True):
    name: str
    removed: int
    left: int


class EstimateView(View, frozen=True, kw_only=True):
    """How many people it comes to, each number after the step it names; at most five minutes old.

    Where a test has a sample, `in_test` people are written to first and the `rest` waits for the winner.
    """

    sources: list[SourceSizeView]
    included: int
    after_exclusions: int
    filters: list[FilterCountView]
    audience: int
    after_suppression: int
    after_holdout: int
    skipped: Mapping[str, int]
    computed_at: datetime
    in_test: int | None
    rest: int | None


class SizeView(View, frozen=True, kw_only=True):
    size: int
    computed_at: datetime


class EligibilityBody(Body, frozen=True, kw_only=True):
    user_id: UserIdText


class EligibilityView(View, frozen=True, kw_only=True):
    """`reason` is `eligible`, or the first thing that stands against it. Who is beyond the sample of a test has no
    variant yet and waits for the winner.
    """

    user_id: str
    eligible: bool
    reason: str
    in_audience: bool
    variant: int | None
    channel: str | None
    waits_for_winner: bool


def segment_view(segment: Segment) -> SegmentView:
    meaning = segment.meaning
    return SegmentView(
        id=segment.id,
        version=segment.version,
        name=meaning.name,
        description=meaning.description,
        criteria=meaning.criteria,
        user_ids=meaning.user_ids,
        created_by=segment.created_by,
        created_at=segment.created_at,
        updated_at=segment.updated_at,
    )


def suppression_view(one: Suppression) -> SuppressionView:
    return SuppressionView(**{name: getattr(one, name) for name in SuppressionView.__struct_fields__})


def caps_view(caps: Sequence[FrequencyCap]) -> FrequencyCapsView:
    return FrequencyCapsView(
        caps=[CapView(**{name: getattr(cap, name) for name in CapView.__struct_fields__}) for cap in caps]
    )


def erasure_view(erasure: Erasure) -> ErasureView:
    return ErasureView(**{name: getattr(erasure, name) for name in ErasureView.__struct_fields__})


def import_view(upload: Import) -> ImportView:
    shown = {name: getattr(upload, name) for name in ImportView.__struct_fields__}
    return ImportView(**{**shown, "rejections": [RejectionView(**told) for told in upload.rejections]})


def estimate_view(estimate: Estimate) -> EstimateView:
    shown = {name: getattr(estimate, name) for name in EstimateView.__struct_fields__}
    shown["sources"] = [
        SourceSizeView(side=one.side, at=one.at, segment_id=one.segment_id, size=one.size) for one in estimate.sources
    ]
    shown["filters"] = [FilterCountView(name=one.name, removed=one.removed, left=one.left) for one in estimate.filters]
    return EstimateView(**shown)


def eligibility_view(user_id: str, found: Eligibility) -> EligibilityView:
    names = {number: channel.value for channel, number in CHANNEL_NUMBERS.items()}
    return EligibilityView(
        user_id=user_id,
        eligible=found.eligible,
        reason=found.reason,
        in_audience=found.in_audience,
        variant=found.variant if found.variant >= 0 and not found.waits_for_winner else None,
        channel=names.get(found.channel),
        waits_for_winner=found.waits_for_winner,
    )
