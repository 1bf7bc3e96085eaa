"""Our sequential test, Welch's test and the check of shares against gbstats 0.8.0, whose figures are in gbstats.golden."""

import json
from collections.abc import Iterable
from typing import Any

from tests.domain.experiment.gbstats_figures import GOLDEN
from tests.domain.experiment.test_oracles import farthest

from campaigns.domain.experiment.always_valid import boundary, p_value
from campaigns.domain.experiment.arms import Arm
from campaigns.domain.experiment.intervals import difference, mean_limits
from campaigns.domain.experiment.mismatch import mismatch_p
from campaigns.domain.experiment.one_look import _of_means
from campaigns.domain.experiment.samples import Sample, rate_of

_ROWS = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
_TESTS = [row for row in _ROWS if row["kind"] in {"rate", "amount"} and row["declined"] is None]
_LOST = 1e-9
"""Below it gbstats takes 1 - cdf, and has few digits left."""


def _sample(kind: str, figures: list[float]) -> Sample:
    if kind == "rate":
        return rate_of(int(figures[0]), int(figures[1]))
    people, total, squares = figures
    # gbstats divides by n - 1 in its sequential test too.
    return Sample(int(people), total / people, (squares - total * total / people) / (people - 1))


def _sequential(row: dict[str, Any]) -> Iterable[tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """(p, low, high), ours and theirs, of `other` less `one`."""
    one, other = _sample(row["kind"], row["other"]), _sample(row["kind"], row["one"])
    variance = one.variance / one.size + other.variance / other.size
    for theirs in row["always"]:
        away = boundary(0.05, theirs["time"])
        ours = difference(one.mean, other.mean, mean_limits(one, away), mean_limits(other, away))
        squared = (one.mean - other.mean) ** 2 / variance
        yield (p_value(squared, theirs["time"]), ours.low or 0.0, ours.high or 0.0), (theirs["p"], *theirs["ci"])


def test_the_always_valid_p_value_is_that_of_gbstats() -> None:
    found = [(ours[0], theirs[0]) for row in _TESTS for ours, theirs in _sequential(row)]
    assert farthest("gbstats_sequential_p", found) < 1e-9


def test_the_always_valid_interval_is_that_of_gbstats() -> None:
    found = [
        (own, their)
        for row in _TESTS
        for ours, theirs in _sequential(row)
        for own, their in zip(ours[1:], theirs[1:], strict=True)
    ]
    assert farthest("gbstats_sequential_interval", found) < 1e-9


def test_one_look_at_amounts_is_that_of_gbstats() -> None:
    def both() -> Iterable[tuple[float, float]]:
        for row in (row for row in _TESTS if row["kind"] == "amount"):
            samples = [_sample("amount", row[side]) for side in ("other", "one")]
            plain = [Sample(each.size, each.mean, each.variance * (each.size - 1) / each.size) for each in samples]
            ours = _of_means(*plain, 0.05)
            assert ours is not None
            yield from zip((ours.difference.low, ours.difference.high), row["once"]["ci"], strict=True)
            if row["once"]["p"] > _LOST:
                yield 1 + ours.p_value, 1 + row["once"]["p"]

    assert farthest("gbstats_one_look", both()) < 1e-9


def test_the_check_of_shares_is_that_of_gbstats() -> None:
    rows = [row for row in _ROWS if row["kind"] == "shares"]
    assert len(rows) > 2
    for row in rows:
        named = zip(row["people"], row["weights"], strict=True)
        arms = [Arm(name=str(place), people=n, share=share) for place, (n, share) in enumerate(named)]
        assert abs((mismatch_p(arms) or 0) / row["p"] - 1) < 1e-9
