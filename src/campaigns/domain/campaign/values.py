"""The words of a campaign: kinds, modes, statuses, and the small values its definition is made of."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.ids import RuleId, SegmentId, TriggerId, UserId, VariantId
from campaigns.domain.shared.sending_limits import SendWindow

Instant = Annotated[datetime, Meta(tz=True)]
"""A moment that everyone agrees on: without an offset it is refused."""


class CampaignType(StrEnum):
    """What the campaign is for."""

    PROMOTION = "promotion"
    LOYALTY = "loyalty"
    COUPON = "coupon"
    SEGMENTATION = "segmentation"
    RETARGETING = "retargeting"


class Mode(StrEnum):
    """When the campaign acts: always_on delivers nothing by itself."""

    ALWAYS_ON = "always_on"
    ONE_TIME = "one_time"
    RECURRING = "recurring"
    TRIGGERED = "triggered"


class Status(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Approval(StrEnum):
    NONE = "none"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Misfire(StrEnum):
    """What becomes of a planned start whose time passed unnoticed: it is made up for, let go, or only the last is."""

    SEND = "send"
    SKIP = "skip"
    LATEST = "latest"


RunKind = Literal["scheduled", "triggered", "manual", "recurring"]


class ScheduleFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`cron` or `frequency` speak in the wall clock of `timezone` (an IANA name).

    At the recipient's local time that wall clock is each person's own; `timezone` is for those whose zone is unknown.
    """

    at: Instant | None = None
    cron: str | None = None
    frequency: Literal["once", "daily", "weekly", "monthly"] | None = None
    timezone: str = "UTC"
    at_recipient_local_time: bool = False
    exclude_weekends: bool = False
    misfire: Misfire = Misfire.SEND
    max_lateness_minutes: int = 60
    scheduling_rules: tuple[RuleId, ...] = ()


class Schedule(ScheduleFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    windows: tuple[SendWindow, ...] = ()


class AudienceSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One set of people: a segment, inline criteria, or named users. Exactly one of the three."""

    segment_id: SegmentId | None = None
    criteria: dict[str, Any] | None = None
    user_ids: tuple[UserId, ...] | None = None

    def kinds(self) -> int:
        """How many of the three are given; anything but 1 is a mistake."""
        return sum(part is not None for part in (self.segment_id, self.criteria, self.user_ids))


class FilterStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One ordered filter: those listed in a dataset, or meeting criteria, are kept or removed."""

    name: str
    listed_in: tuple[str, ...] = ()
    criteria: dict[str, Any] | None = None
    keep: bool = True


class FilterChain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The usual filters: people on a list are removed; kept is who has one of the devices, streams and products."""

    blacklist_tables: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    push_streams: tuple[str, ...] = ()
    mau_only: bool = False
    products: tuple[str, ...] = ()


class TestGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Named people who receive proofs."""

    name: str
    user_ids: tuple[UserId, ...] = ()


class AudienceDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the campaign is for: union of `include` less union of `exclude`, kept where the rules say yes."""

    include: tuple[AudienceSource, ...] = ()
    exclude: tuple[AudienceSource, ...] = ()
    excluded_users: tuple[UserId, ...] = ()
    targeting_rules: tuple[RuleId, ...] = ()
    filters: tuple[FilterStep, ...] | FilterChain | None = None
    test_groups: tuple[TestGroup, ...] = ()

    def sources(self) -> tuple[tuple[str, AudienceSource], ...]:
        """Every source with its pointer below `/audience`."""
        included = tuple((f"/include/{n}", source) for n, source in enumerate(self.include))
        return included + tuple((f"/exclude/{n}", source) for n, source in enumerate(self.exclude))


class VariantFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share of the audience with its own channels; without any it uses the campaign's."""

    name: str
    allocation_percentage: float
    description: str | None = None
    is_control: bool = False
    channels: tuple[Channel, ...] = ()


class Variant(VariantFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    variant_id: VariantId


Fallback = Literal["control", "best", "wait"]
"""What the rest gets when a test ends without a winner: nothing, as its control; the best so far; a person decides."""


Decided = Literal["winner", "control", "best", "wait"]
"""How a test ended: with a winner, or without one and by which fallback."""


class Experiment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a winner among the variants is found. Percentages of the audience, durations in minutes.

    `thompson` (triggered campaigns): every period each variant's share is drawn anew, as large as it is probably the
    best, none below a floor. `fixed`: the variants' own allocations.
    """

    criterion: Literal["open_rate", "click_rate", "conversion_rate", "revenue_per_recipient"] = "open_rate"
    test_sample_percentage: float | None = None
    duration_minutes: int | None = None
    auto_winner: bool = False
    confidence: float = 0.95
    min_sample: int = 1000
    fallback: Fallback = "wait"
    allocation: Literal["fixed", "thompson"] = "fixed"
    allocation_period_minutes: int = 60

    @property
    def leaves_rest(self) -> bool:
        """Whether only a part of the audience is in the test, and the rest waits for its winner."""
        return self.test_sample_percentage is not None and self.test_sample_percentage < 100  # noqa: PLR2004 - percent


class ArmFigures(Struct, frozen=True, kw_only=True):
    """One variant of a test when it was decided: people it is judged by, and how many of them succeeded.

    `value` is a share, or money for each person, as the criterion says.
    """

    variant_id: UUID
    name: str
    people: int
    successes: int
    value: float | None
    probability_best: float | None = None
    is_control: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    """What was known when a test was decided. `sequential_p` is the leader's against whom it beats least clearly,
    `mismatch_p` that of the planned shares; None where there was nothing to compare.
    """

    criterion: str
    confidence: float
    outcome: str
    sequential_p: float | None = None
    mismatch_p: float | None = None
    arms: tuple[ArmFigures, ...] = ()
    says: tuple[str, ...] = ()


class DrawnShare(Struct, frozen=True, kw_only=True):
    """What part of the people one variant gets, in percent with two decimals."""

    variant_id: UUID
    name: str
    percentage: float


class DrawnShares(Struct, frozen=True, kw_only=True):
    """The shares of all variants from `at` on, until the next version."""

    version: int
    at: datetime
    shares: tuple[DrawnShare, ...]


class ExperimentOutcome(Struct, frozen=True, kw_only=True):
    """What became of the test of one run. `variant_id` is what the rest gets; `by` a person, or the service itself."""

    ended: Decided
    variant_id: UUID | None
    variant: str | None
    at: datetime
    by: str
    finding: Finding


class QuietHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wall-clock hours (0 to 23) in which nobody is disturbed; `user_local` is the person's own zone."""

    start_hour: int
    end_hour: int
    timezone: str = "user_local"
    policy: Literal["hold", "skip"] = "hold"


class TriggerFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that makes the campaign act for one person. Delay in minutes, frequency window in hours."""

    event_type: str
    criteria: dict[str, Any] | None = None
    delay_minutes: int = 0
    frequency_limit: int | None = 1
    frequency_window_hours: int = 24
    quiet_hours: QuietHours | None = None
    enabled: bool = True


class TriggerDefinition(TriggerFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trigger_id: TriggerId


class Conversion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which event counts as success, and which touches within how many days earn it."""

    event_type: str
    window_days: int = 7
    model: Literal["first_touch", "last_touch", "linear"] = "last_touch"


class Totals(Struct, frozen=True, kw_only=True):
    """What a campaign's run came to, in people. `skipped` counts holdout and control in; `delivered` is what was
    reported by then, None where nobody said.
    """

    audience: int = 0
    sent: int = 0
    delivered: int | None = None
    failed: int = 0
    skipped: int = 0
    uncertain: int = 0
    cancelled: int = 0


class Change(Struct, frozen=True):
    """One field before and after, as JSON values."""

    old: Any
    new: Any
