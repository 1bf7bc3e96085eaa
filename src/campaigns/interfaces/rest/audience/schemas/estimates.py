"""Estimates, sizes and answers about one person as they travel."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from campaigns.application.audience.ports import Estimate, StratumCount
from campaigns.domain.audience.eligibility import Eligibility
from campaigns.domain.audience.standing import CHANNEL_NUMBERS
from campaigns.interfaces.rest.audience.schemas.people import UserIdText
from campaigns.interfaces.rest.wire import Body, View


class SourceSizeView(View, frozen=True, kw_only=True):
    side: str
    at: int
    segment_id: UUID | None
    size: int


class FilterCountView(View, frozen=True, kw_only=True):
    name: str
    removed: int
    left: int


class StratumCountView(View, frozen=True, kw_only=True):
    """`stratum` is what its people have in common: of those who are reached, so many are held out."""

    stratum: dict[str, str | None]
    people: int
    held_out: int


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
    strata: list[StratumCountView]


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


def estimate_view(estimate: Estimate) -> EstimateView:
    shown = {name: getattr(estimate, name) for name in EstimateView.__struct_fields__}
    shown["sources"] = [
        SourceSizeView(side=one.side, at=one.at, segment_id=one.segment_id, size=one.size) for one in estimate.sources
    ]
    shown["filters"] = [FilterCountView(name=one.name, removed=one.removed, left=one.left) for one in estimate.filters]
    shown["strata"] = [_stratum_view(one) for one in estimate.strata]
    return EstimateView(**shown)


def _stratum_view(counted: StratumCount) -> StratumCountView:
    shared = msgspec.json.decode(counted.stratum, type=dict[str, str | None])
    return StratumCountView(stratum=shared, people=counted.people, held_out=counted.held_out)


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
