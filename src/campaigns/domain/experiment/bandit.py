"""Thompson's shares: as often as an arm is probably the best one, so often it is sent."""

from collections.abc import Sequence

from campaigns.domain.experiment.arms import Arm, Criterion, comparable
from campaigns.domain.experiment.judging import probabilities
from campaigns.domain.experiment.samples import sample_of

PARTS = 10_000
"""Shares are in ten-thousandths, as allocation's buckets are."""


def thompson_shares(arms: Sequence[Arm], criterion: Criterion, floor: int = 500) -> dict[str, int]:
    """A share for each arm that sends, `floor` at least; they sum to 10,000.

    The probabilities are integrals, not draws: the same figures give the same shares, and anybody can check them.
    While nothing is known of how far revenue varies, shares are equal. The control takes no part.
    """
    sending = [arm for arm in arms if not arm.is_control]
    if not 0 <= floor * len(sending) <= PARTS:
        raise ValueError(f"{len(sending)} floors of {floor} do not fit into {PARTS}")
    samples = {arm.name: sample_of(arm, criterion) for arm in comparable(sending, criterion)}
    found = probabilities(samples, criterion) or dict.fromkeys(samples, 1 / max(1, len(samples)))
    return _whole({name: floor + chance * (PARTS - floor * len(found)) for name, chance in found.items()})


def _whole(shares: dict[str, float]) -> dict[str, int]:
    """Whole parts with the same sum: the largest remainders are rounded up (in the order of the arms where alike)."""
    found = {name: int(share) for name, share in shares.items()}
    largest = sorted(shares, key=lambda name: found[name] - shares[name])
    for name in largest[: PARTS - sum(found.values())]:
        found[name] += 1
    return found
