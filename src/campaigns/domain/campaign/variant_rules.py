"""How the audience is shared out among variants, and what an experiment needs."""

from collections.abc import Iterator

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.names import name_breaches

LONGEST_VARIANT_NAME = 100
WHOLE = 10_000  # hundredths of a percent


def allocated(definition: Definition) -> int:
    """What the variants' allocations sum to, in hundredths of a percent. Each is a share: 1e308 has no hundredths."""
    return sum(round(variant.allocation_percentage * 100) for variant in definition.variants)


def _allocations(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    strange = [n for n, variant in enumerate(definition.variants) if not _is_share(variant.allocation_percentage)]
    for n in strange:
        yield Violation(
            f"/variants/{n}/allocation_percentage",
            "an allocation is between 0 and 100 percent, with at most two decimal places",
        )
    if not strange and allocated(definition) > WHOLE:
        yield Violation("/variants", "the allocations must not exceed 100 percent")


def _is_share(percentage: float) -> bool:
    return 0 <= percentage <= 100 and round(percentage, 2) == percentage  # noqa: PLR2004 - percent


def _number(definition: Definition, limits: CampaignLimits) -> Iterator[Violation]:
    if len(definition.variants) > limits.variants:
        yield Violation("/variants", f"there are at most {limits.variants} variants")
    if sum(variant.is_control for variant in definition.variants) > 1:
        yield Violation("/variants", "at most one variant is the control")


def _names(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    names, ids = set[str](), set[object]()
    for n, variant in enumerate(definition.variants):
        yield from name_breaches(variant.name, f"/variants/{n}/name", LONGEST_VARIANT_NAME)
        if variant.name in names:
            yield Violation(f"/variants/{n}/name", "the names of variants differ")
        if variant.variant_id in ids:
            yield Violation(f"/variants/{n}/variant_id", "the ids of variants differ")
        names.add(variant.name)
        ids.add(variant.variant_id)


def _experiment(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    experiment = definition.experiment
    if experiment is None:
        return
    sample, duration = experiment.test_sample_percentage, experiment.duration_minutes
    if sample is not None and not 0 < sample <= 100:  # noqa: PLR2004 - percent
        yield Violation("/experiment/test_sample_percentage", "a test sample is above 0 and at most 100 percent")
    if duration is not None and duration < 1:
        yield Violation("/experiment/duration_minutes", "an experiment lasts at least a minute")
    if not 0.5 <= experiment.confidence < 1:  # noqa: PLR2004 - a probability
        yield Violation("/experiment/confidence", "the confidence is at least 0.5 and below 1")
    if experiment.allocation_period_minutes < 1:
        yield Violation("/experiment/allocation_period_minutes", "shares hold for at least a minute")
    if experiment.min_sample < 1:
        yield Violation("/experiment/min_sample", "the smallest sample is at least 1")


VARIANT_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("allocations of at most 100 percent together", _allocations),
    Rule("a bounded number of variants, at most one control", _number),
    Rule("variants told apart by name", _names),
    Rule("an experiment with usable numbers", _experiment),
)
