"""When a run goes too badly to go on by itself, and when the rest may follow its canary."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from campaigns.domain.shared.guardrails import GuardrailBreach, Guardrails, RateName

_HUNDREDTH = Decimal("0.01")


class RunFigures(Struct, frozen=True, kw_only=True):
    """How often each thing happened in one run so far. `sent` counts those in that bounced later."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0

    def since(self, earlier: Self) -> Self:
        """What came after `earlier`; an uncertain message that was sent again has left its figure."""
        names = self.__struct_fields__
        return type(self)(**{name: max(0, getattr(self, name) - getattr(earlier, name)) for name in names})

    def share(self, rate: RateName) -> tuple[int, int]:
        """Numerator and denominator: bounces of what was sent, complaints and departures of what did not bounce."""
        arrived = self.sent - self.bounced
        match rate:
            case "bounce_rate":
                return self.bounced, self.sent
            case "error_rate":
                return self.failed, self.sent + self.failed + self.uncertain
            case "complaint_rate":
                return self.complained, arrived
            case "unsubscribe_rate":
                return self.unsubscribed, arrived


class CanaryState(Struct, frozen=True, kw_only=True):
    """A canary that holds the rest back: `size` messages, `ended` when all have an outcome, judged at `until`."""

    size: int
    ended: bool
    until: datetime | None = None


class GuardedRun(Struct, frozen=True, kw_only=True):
    """A running execution under guardrails. Whoever resumed it knew `acknowledged`: only what came later counts."""

    guardrails: Guardrails
    figures: RunFigures
    acknowledged: RunFigures = RunFigures()
    canary: CanaryState | None = None


def breach_of(run: GuardedRun) -> GuardrailBreach | None:
    """The first limit that is exceeded by a large enough sample."""
    figures = run.figures.since(run.acknowledged)
    for rate, limit in run.guardrails.limits():
        count, sample = figures.share(rate)
        if limit is not None and sample >= run.guardrails.minimum_sample and _exceeds(count, sample, limit):
            observed = float((Decimal(100 * count) / sample).quantize(_HUNDREDTH))
            return GuardrailBreach(rate=rate, limit=limit, observed=observed, count=count, sample=sample)
    return None


def verdict_on_canary(run: GuardedRun, canary: CanaryState) -> GuardrailBreach | None:
    """At the end of its wait a canary is all the sample there is, however small."""
    enough = min(run.guardrails.minimum_sample, canary.size)
    return breach_of(replace(run, guardrails=replace(run.guardrails, minimum_sample=max(1, enough))))


def _exceeds(count: int, sample: int, limit: float) -> bool:
    return 100 * count > Decimal(str(limit)) * sample
