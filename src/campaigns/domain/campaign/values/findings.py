"""What became of a test: figures, shares and its end."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Decided = Literal["winner", "control", "best", "wait"]
"""How a test ended: with a winner, or without one and by which fallback."""


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
