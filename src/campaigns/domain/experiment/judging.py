"""Everything there is to say about an experiment at one look."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist

from campaigns.domain.experiment.arms import Arm, Criterion, Rules, comparable
from campaigns.domain.experiment.comparing import Comparison, contrast
from campaigns.domain.experiment.deciding import decide
from campaigns.domain.experiment.intervals import Estimate, mean_limits, rate_limits
from campaigns.domain.experiment.mismatch import mismatch_p
from campaigns.domain.experiment.one_look import OneLook, compare_once
from campaigns.domain.experiment.posterior import beliefs, chances_to_be_best
from campaigns.domain.experiment.samples import Sample, sample_of
from campaigns.domain.experiment.verdict import ArmReading, Verdict


def judge(arms: Sequence[Arm], rules: Rules) -> Verdict:
    """May be asked at any look; the decision is the one of `decide`."""
    compared = comparable(arms, rules.criterion)
    samples = {arm.name: sample_of(arm, rules.criterion) for arm in compared}
    control = next((arm for arm in compared if arm.is_control), None)
    chances = probabilities(samples, rules.criterion)
    return Verdict(
        rules=rules,
        arms=tuple(_reading(arm, samples, control, chances.get(arm.name), rules) for arm in arms),
        mismatch_p=mismatch_p(compared),
        decision=decide(arms, rules),
    )


def probabilities(samples: Mapping[str, Sample], criterion: Criterion) -> dict[str, float]:
    """Of each arm to be the best; empty while nothing can be said."""
    found = beliefs(list(samples.values()), criterion)
    return dict(zip(samples, chances_to_be_best(found), strict=True)) if found else {}


def _reading(
    arm: Arm, samples: Mapping[str, Sample], control: Arm | None, probability: float | None, rules: Rules
) -> ArmReading:
    rest = {name: sample for name, sample in samples.items() if name != arm.name}
    best = max(rest, key=lambda name: rest[name].mean, default=None)
    return ArmReading(
        name=arm.name,
        is_control=arm.is_control,
        people=arm.people,
        successes=arm.successes,
        figure=_figure(samples.get(arm.name), rules),
        over_best=_comparison(arm.name, best, samples, rules),
        over_control=_comparison(arm.name, control.name if control else None, samples, rules),
        once_over_control=_once(arm, control, rules),
        probability_best=probability,
    )


def _figure(sample: Sample | None, rules: Rules) -> Estimate | None:
    if sample is None or not sample.size:
        return None
    distance = NormalDist().inv_cdf(1 - rules.error / 2)
    if rules.criterion == "revenue_per_recipient":
        low, high = mean_limits(sample, distance)
        return Estimate(value=sample.mean, low=max(0.0, low), high=high)
    low, high = rate_limits(sample, distance)
    return Estimate(value=sample.mean, low=low, high=high)


def _once(arm: Arm, control: Arm | None, rules: Rules) -> OneLook | None:
    if control is None or arm.is_control:
        return None
    return compare_once(arm, control, rules.criterion, confidence=rules.confidence)


def _comparison(one: str, other: str | None, samples: Mapping[str, Sample], rules: Rules) -> Comparison | None:
    if other is None or other == one or one not in samples:
        return None
    found = contrast(samples[one], samples[other], rules.criterion, error=rules.error, comparisons=len(samples) - 1)
    return found.named(other)
