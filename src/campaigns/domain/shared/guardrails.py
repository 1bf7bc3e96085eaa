"""How badly a run may go before it is held, and how carefully it begins."""

from decimal import ROUND_CEILING, Decimal
from typing import Literal

from msgspec import Struct

RateName = Literal["bounce_rate", "complaint_rate", "error_rate", "unsubscribe_rate"]


class Canary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share that is written to first, a percentage or a count; the rest waits so long after its last message."""

    percentage: float | None = None
    count: int | None = None
    wait_minutes: int = 60

    def size(self, people: int) -> int:
        """How many of so many people: at least one, at most all."""
        share = Decimal(str(self.percentage or 0)) * people / 100
        wanted = self.count if self.count is not None else int(share.to_integral_value(ROUND_CEILING))
        return min(people, max(1, wanted))


class Guardrails(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits in percent, None is none; judged as soon as a rate rests on `minimum_sample` messages."""

    max_bounce_rate: float | None = None
    max_complaint_rate: float | None = None
    max_error_rate: float | None = None
    max_unsubscribe_rate: float | None = None
    minimum_sample: int = 100
    canary: Canary | None = None

    def limits(self) -> tuple[tuple[RateName, float | None], ...]:
        """Each rate with its limit."""
        return (
            ("bounce_rate", self.max_bounce_rate),
            ("complaint_rate", self.max_complaint_rate),
            ("error_rate", self.max_error_rate),
            ("unsubscribe_rate", self.max_unsubscribe_rate),
        )


class GuardrailBreach(Struct, frozen=True, kw_only=True):
    """Which rate went beyond which limit (both in percent), and the counts behind it: `count` of `sample` messages."""

    rate: RateName
    limit: float
    observed: float
    count: int
    sample: int

    def words(self) -> str:
        name = self.rate.replace("_", " ")
        return f"guardrail: the {name} is {self.observed:g} % ({self.count} of {self.sample}), above {self.limit:g} %"
