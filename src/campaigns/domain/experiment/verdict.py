"""What a look at an experiment finds."""

from enum import StrEnum

from msgspec import Struct

from campaigns.domain.experiment.arms import Rules
from campaigns.domain.experiment.comparing import Comparison
from campaigns.domain.experiment.intervals import Estimate
from campaigns.domain.experiment.one_look import OneLook


class Outcome(StrEnum):
    WINNER = "winner"
    CONTROL_BEST = "control_best"
    """Who got no message did better than everybody who got one: there is nothing worth sending."""
    KEEP_LOOKING = "keep_looking"
    TOO_SMALL = "too_small"
    MISMATCH = "mismatch"


class Decision(Struct, frozen=True, kw_only=True):
    """`leader` has the best figure so far; `winner` is set with the outcome `winner` alone.

    `p_value` is the leader's against whom it beats least clearly: always valid, and corrected for all comparisons.
    """

    outcome: Outcome
    leader: str | None = None
    winner: str | None = None
    p_value: float | None = None
    reasons: tuple[str, ...] = ()


class ArmReading(Struct, frozen=True, kw_only=True):
    """`figure` is the rate (0 … 1), or the revenue a person; None where the arm has no such figure.

    Its interval holds for this look alone. `over_best` compares with the best of the other arms, `over_control` with
    the control; both hold at every look. `once_over_control` is the textbook's, for one look that was planned.
    """

    name: str
    is_control: bool
    people: int
    successes: int
    figure: Estimate | None = None
    over_best: Comparison | None = None
    over_control: Comparison | None = None
    once_over_control: OneLook | None = None
    probability_best: float | None = None


class Verdict(Struct, frozen=True, kw_only=True):
    """`arms` in the order they came. `mismatch_p` is of the planned shares."""

    rules: Rules
    arms: tuple[ArmReading, ...]
    mismatch_p: float | None
    decision: Decision

    def arm(self, name: str) -> ArmReading:
        return next(arm for arm in self.arms if arm.name == name)
