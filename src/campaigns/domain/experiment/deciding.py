"""Whether a winner may be named now. It may be asked at any time and as often as one likes."""

from collections.abc import Sequence

from campaigns.domain.experiment.arms import Arm, Rules, comparable
from campaigns.domain.experiment.comparing import Contrast, contrast
from campaigns.domain.experiment.mismatch import ALARM, mismatch_p
from campaigns.domain.experiment.samples import Sample, pooled, sample_of
from campaigns.domain.experiment.verdict import Decision, Outcome

FEWEST_EVENTS = 10
"""Expected in each of two arms before they are compared: below it a sum is too far from its limit law."""


def decide(arms: Sequence[Arm], rules: Rules) -> Decision:
    """A winner beats each of the others, in tests that are corrected for as many as there are others.

    That is enough, whatever the truth is: to name an arm that is not the best takes a wrong verdict between it and the
    best one, and there are as many of those as other arms.
    """
    compared = comparable(arms, rules.criterion)
    samples = [sample_of(arm, rules.criterion) for arm in compared]
    mismatch = mismatch_p(compared)
    if mismatch is not None and mismatch < ALARM:
        return Decision(outcome=Outcome.MISMATCH, leader=_leader(compared, samples), reasons=(_mismatched(mismatch),))
    if obstacles := _obstacles(compared, samples, rules):
        return Decision(outcome=Outcome.TOO_SMALL, leader=_leader(compared, samples), reasons=tuple(obstacles))
    return _against_others(compared, samples, rules)


def _leader(arms: Sequence[Arm], samples: Sequence[Sample]) -> str | None:
    """None while nobody succeeded."""
    best = max((sample.mean for sample in samples), default=0)
    return next((arm.name for arm, sample in zip(arms, samples, strict=True) if sample.mean == best and best), None)


def _obstacles(arms: Sequence[Arm], samples: Sequence[Sample], rules: Rules) -> list[str]:
    """Why nothing can be compared yet."""
    if len(arms) < 2:  # noqa: PLR2004 - a comparison takes two
        return ["there is no other arm to compare with"]
    few = [arm for arm in arms if arm.people < max(1, rules.min_sample)]
    found = [f"{arm.name} has {arm.people:,} people, and {rules.min_sample:,} are needed" for arm in few]
    return found or _too_few_events(arms, samples)


def _too_few_events(arms: Sequence[Arm], samples: Sequence[Sample]) -> list[str]:
    both = samples[0]
    for sample in samples[1:]:
        both = pooled(both, sample)
    expected = both.events / both.size
    return [
        f"{arm.name} is expected to have {expected * arm.people:.1f} successes, and {FEWEST_EVENTS} are needed"
        for arm in arms
        if expected * arm.people < FEWEST_EVENTS
    ]


def _against_others(arms: Sequence[Arm], samples: Sequence[Sample], rules: Rules) -> Decision:
    first = max(range(len(arms)), key=lambda place: samples[place].mean)
    others = [place for place in range(len(arms)) if place != first]
    found = [
        contrast(samples[first], samples[place], rules.criterion, error=rules.error, comparisons=len(others))
        for place in others
    ]
    doubtful = [arms[place].name for place, each in zip(others, found, strict=True) if not _is_clear(each, rules)]
    outcome = _outcome(arms[first], doubtful)
    return Decision(
        outcome=outcome,
        leader=arms[first].name,
        winner=arms[first].name if outcome is Outcome.WINNER else None,
        p_value=max(each.p_value for each in found),
        reasons=tuple(f"{arms[first].name} is not clearly better than {name}" for name in doubtful),
    )


def _is_clear(found: Contrast, rules: Rules) -> bool:
    return found.p_value < rules.error and found.difference().excludes_zero


def _outcome(leader: Arm, doubtful: Sequence[str]) -> Outcome:
    if doubtful:
        return Outcome.KEEP_LOOKING
    return Outcome.CONTROL_BEST if leader.is_control else Outcome.WINNER


def _mismatched(p_value: float) -> str:
    rarity = 1 / max(p_value, 1e-12)
    return f"people are not in the arms in the planned shares: chance alone does this once in {rarity:,.0f} tests"
