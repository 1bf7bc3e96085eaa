"""What may be concluded from a verdict, and what not, in plain sentences."""

from collections.abc import Callable, Iterator

from campaigns.domain.experiment.arms import Criterion
from campaigns.domain.experiment.verdict import ArmReading, Outcome, Verdict

_FIGURES: dict[Criterion, str] = {
    "open_rate": "open rate",
    "click_rate": "click rate",
    "conversion_rate": "conversion rate",
    "revenue_per_recipient": "revenue per recipient",
}
_FEW_BUYERS = 100


def conclusions(verdict: Verdict) -> tuple[str, ...]:
    """First what holds, then what does not follow from it."""
    return (*_what_holds(verdict), *_what_does_not_follow(verdict))


def _what_holds(verdict: Verdict) -> Iterator[str]:
    decision, figure = verdict.decision, _FIGURES[verdict.rules.criterion]
    match decision.outcome:
        case Outcome.WINNER | Outcome.CONTROL_BEST:
            yield from _won(verdict, verdict.arm(decision.leader or ""), figure)
        case Outcome.KEEP_LOOKING:
            yield f"No winner yet. {decision.leader} has the highest {figure} so far, which may still be chance."
            yield from _gap(verdict)
        case Outcome.TOO_SMALL:
            yield "Too early to compare: " + "; ".join(decision.reasons) + "."
        case Outcome.MISMATCH:
            yield "These figures must not be compared: " + "; ".join(decision.reasons) + "."


def _won(verdict: Verdict, leader: ArmReading, figure: str) -> Iterator[str]:
    if leader.is_control:
        yield f"Sending nothing did best: {leader.name} got no message and has the highest {figure}."
    else:
        yield f"{leader.name} has the highest {figure}, and it is higher than that of each of the others."
    yield from _gap(verdict)
    yield (
        f"However often one looks, variants that are alike get a winner in at most {_percent(verdict.rules.error)} "
        "of all such experiments."
    )


def _gap(verdict: Verdict) -> Iterator[str]:
    leader = verdict.arm(verdict.decision.leader or "")
    if leader.over_best is None:
        return
    difference, unit = leader.over_best.difference, _unit(verdict.rules.criterion)
    low = "no lower limit" if difference.low is None else unit(difference.low)
    high = "no upper limit" if difference.high is None else unit(difference.high)
    yield (
        f"Its lead over {leader.over_best.other} is {unit(difference.value)}; "
        f"the data are compatible with anything from {low} to {high}."
    )


def _what_does_not_follow(verdict: Verdict) -> Iterator[str]:
    match verdict.decision.outcome:
        case Outcome.WINNER:
            yield "It does not follow that the lead stays as large: a lead just enough to win is often too large."
            yield "Nor that the same content wins with other people or at another time."
        case Outcome.KEEP_LOOKING:
            yield "It does not follow that the variants are alike: any difference within that range is still possible."
        case Outcome.MISMATCH:
            yield "Find out first why people are missing in some arms: whoever is missing may differ from the others."
    if any(arm.is_control for arm in verdict.arms) and verdict.rules.criterion in {"open_rate", "click_rate"}:
        yield "Opens and clicks say nothing about the control, which got no message: look at conversions for that."
    if verdict.rules.criterion == "open_rate":
        yield "Some opens are made by machines, and some mail programs hide opens: prefer clicks or conversions."
    if verdict.rules.criterion == "revenue_per_recipient" and _few_buyers(verdict):
        yield "Few people bought anything, so a single large order moves these figures."


def _few_buyers(verdict: Verdict) -> bool:
    return any(arm.successes < _FEW_BUYERS for arm in verdict.arms)


def _unit(criterion: Criterion) -> Callable[[float], str]:
    return _amount if criterion == "revenue_per_recipient" else _points


def _points(part: float) -> str:
    return f"{100 * part:+.2f} points"


def _amount(amount: float) -> str:
    return f"{amount:+.4f} a person"


def _percent(part: float) -> str:
    return f"{100 * part:g} %"
