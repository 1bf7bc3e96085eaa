"""Which share of its people a campaign's variants get: as written, as drawn from their figures, or the winner all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from campaigns.domain.campaign.campaign import Campaign, Events
from campaigns.domain.campaign.events import CampaignSharesDrawn
from campaigns.domain.campaign.testing import experiment_of
from campaigns.domain.campaign.values import DrawnShare, Finding, Mode, Status, Variant

WHOLE = 10_000  # hundredths of a percent


def percentages(campaign: Campaign) -> dict[UUID, float]:
    """In percent by variant, as of now. Only a triggered campaign's change: a run's people are shared out at once."""
    variants = campaign.definition.variants
    written: dict[UUID, float] = {variant.variant_id: variant.allocation_percentage for variant in variants}
    if campaign.definition.mode is not Mode.TRIGGERED:
        return written
    outcome = campaign.tests.get(campaign.id)
    if outcome is not None and outcome.variant_id is not None:
        sending = WHOLE - _control(variants)
        return _shared(variants, {outcome.variant_id: sending})
    drawn = campaign.drawn
    return written if drawn is None else {one.variant_id: one.percentage for one in drawn.shares}


def draw(campaign: Campaign, parts: Mapping[str, int], finding: Finding, *, at: datetime, by: str) -> Events:
    """New shares from `parts` of 10,000 among the variants that send, by name; the control keeps its own.

    Nothing while there are no parts, and while the present shares are young, or the same.
    """
    experiment, before = experiment_of(campaign), campaign.drawn
    if not parts or campaign.status is not Status.ACTIVE:
        return ()
    if before is not None and at < before.at + timedelta(minutes=experiment.allocation_period_minutes):
        return ()
    variants = campaign.definition.variants
    shares = _in_percent(variants, parts)
    if before is not None and before.shares == shares:
        return ()
    version = 1 if before is None else before.version + 1
    return (CampaignSharesDrawn(version=version, shares=shares, finding=finding, at=at, by=by),)


def _in_percent(variants: tuple[Variant, ...], parts: Mapping[str, int]) -> tuple[DrawnShare, ...]:
    """Hundredths of a percent, whole: what rounding leaves falls to the largest."""
    sending = WHOLE - _control(variants)
    hundredths: dict[UUID, int] = {v.variant_id: parts[v.name] * sending // WHOLE for v in variants if v.name in parts}
    largest = max(hundredths, key=lambda variant_id: hundredths[variant_id])
    hundredths[largest] += sending - sum(hundredths.values())
    found = _shared(variants, hundredths)
    return tuple(DrawnShare(variant_id=v.variant_id, name=v.name, percentage=found[v.variant_id]) for v in variants)


def _shared(variants: tuple[Variant, ...], hundredths: Mapping[UUID, int]) -> dict[UUID, float]:
    return {
        v.variant_id: v.allocation_percentage if v.is_control else hundredths.get(v.variant_id, 0) / 100
        for v in variants
    }


def _control(variants: tuple[Variant, ...]) -> int:
    return sum(round(v.allocation_percentage * 100) for v in variants if v.is_control)
