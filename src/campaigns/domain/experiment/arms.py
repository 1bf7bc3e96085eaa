"""What an experiment counted: the arms, the criterion they are compared by, and the rules of a decision."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Criterion = Literal["open_rate", "click_rate", "conversion_rate", "revenue_per_recipient"]

_NEEDS_A_MESSAGE = frozenset(("open_rate", "click_rate"))


class Revenue(Struct, frozen=True, kw_only=True):
    """Money of one currency. `squares` is the sum over people of what each of them spent in all, squared."""

    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)


class Arm(Struct, frozen=True, kw_only=True):
    """One variant. `people` is what its rate is a share of, `successes` how many of them succeeded (each counts once).

    `share` is the part of all people that was meant to be here, in any unit: only its relation to the others counts.
    The control gets no message, so it has no opens or clicks, but it has conversions and revenue.
    """

    name: str
    people: int
    successes: int = 0
    revenue: Revenue = Revenue()
    share: float = 1.0
    is_control: bool = False


class Rules(Struct, frozen=True, kw_only=True):
    """When a winner may be named. `min_sample` people are needed in every arm."""

    criterion: Criterion = "open_rate"
    confidence: float = 0.95
    min_sample: int = 1000

    @property
    def error(self) -> float:
        """How often a winner may be named although it is none."""
        return 1 - self.confidence


def comparable(arms: Sequence[Arm], criterion: Criterion) -> tuple[Arm, ...]:
    """Without the control where it cannot succeed: who gets no message opens none."""
    return tuple(arm for arm in arms if not (arm.is_control and criterion in _NEEDS_A_MESSAGE))
