"""Writes gbstats.golden: what gbstats 0.8.0 says of a grid of experiments.

It wants numpy below 2, which this project does not use, so it runs in an environment of its own:

    python -m venv apart && apart/bin/pip install gbstats==0.8.0
    apart/bin/python -m tests.domain.experiment.gbstats_figures
"""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

Row = dict[str, Any]

GOLDEN = Path(__file__).with_name("gbstats.golden")
_COUNTS = [(0, 1000), (1, 1000), (40, 1000), (61, 1000), (1000, 1000), (122, 21_306), (267, 21_307), (189, 21_387)]
_COUNTS += [(5_000, 10**5), (5_500, 10**5), (3_700_000, 10**7), (3_701_500, 10**7), (10**7, 10**7)]
_MONEY = [(1000, 2500.0, 90_000.0), (1000, 2900.0, 125_000.0), (21_306, 13_908.33, 3.1e6), (21_387, 23_038.11, 4.6e6)]
_MONEY += [(10**7, 6.5e6, 1.5e9), (10**7, 6.6e6, 1.6e9)]
_TUNINGS = (500, 5000, 10**6)


def main() -> None:
    rows = [*_rates(), *_amounts(), *_shares()]
    GOLDEN.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def _rates() -> Iterator[Row]:
    from gbstats.models.statistics import ProportionStatistic  # noqa: PLC0415 - not part of this environment

    for one, other in product(_COUNTS, _COUNTS):
        yield {"kind": "rate", "one": one, "other": other} | _tests(
            *(ProportionStatistic(n=n, sum=s) for s, n in (one, other))
        )


def _amounts() -> Iterator[Row]:
    from gbstats.models.statistics import SampleMeanStatistic  # noqa: PLC0415

    for one, other in product(_MONEY, _MONEY):
        statistics = (SampleMeanStatistic(n=n, sum=s, sum_squares=q) for n, s, q in (one, other))
        yield {"kind": "amount", "one": one, "other": other} | _tests(*statistics)


def _tests(one: Any, other: Any) -> Row:
    """Its figures are of `other` over `one`; None where it declines."""
    from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest  # noqa: PLC0415

    once = TwoSidedTTest(one, other, FrequentistConfig(difference_type="absolute")).compute_result()
    always = [
        SequentialTwoSidedTTest(
            one, other, SequentialConfig(difference_type="absolute", sequential_tuning_parameter=tuning)
        )
        for tuning in _TUNINGS
    ]
    found = [test.compute_result() for test in always]
    return {
        "declined": once.error_message,
        "once": {"p": float(once.p_value), "ci": [float(limit) for limit in once.ci]},
        "always": [
            {
                "time": float((one.n + other.n) * test.rho**2),
                "p": float(each.p_value),
                "ci": [float(x) for x in each.ci],
            }
            for test, each in zip(always, found, strict=True)
        ],
    }


def _shares() -> Iterator[Row]:
    from gbstats.utils import check_srm  # noqa: PLC0415

    for people, weights in (([21_306, 21_307, 21_387], [1, 1, 1]), ([500, 610], [1, 1]), ([0, 7], [0.5, 0.5])):
        yield {"kind": "shares", "people": people, "weights": weights, "p": float(check_srm(people, weights))}


if __name__ == "__main__":
    main()
