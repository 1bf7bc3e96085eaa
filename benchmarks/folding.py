"""P8-fold: what the fold of reports costs for small and large campaigns, over ledgers written straight into tables.

The fold of P8-growth without planning and dispatch: everybody sent; delivered, and a fifth opened, in mixed order. Each
ledger is written once and folded FOLDS times (3; the median counts), the figures forgotten in between. Other sizes:
FOLDING=95000,1000000 in the environment. The large one needs some 4 GB of disk, three minutes, and one for each fold.
"""

import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from tests.support.ledgers import WrittenLedger

from benchmarks.growth import APPENDED, FOLDED, GOAL, Cost, apart, course_lines, fold, report, watching
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres

ID = "P8-fold"
SIZES = tuple(int(size) for size in os.environ.get("FOLDING", "95000,9500000").split(","))
FOLDS = int(os.environ.get("FOLDS", "3"))
_PEOPLE_IN_STRETCH = 1_000
_STRETCHES = """
insert into message_ranges (append_no, execution_no, seq_from, seq_to, kind, at)
select %(last)s - %(stretches)s + n, %(no)s, (n - 1) * %(size)s + 1, least(n * %(size)s, %(people)s), 1, now()
  from generate_series(1, %(stretches)s) n"""
_FORGOTTEN = "truncate metric_pages, campaign_metrics, ledger_followers"


def run() -> Iterable[str]:
    medians = []
    for people in SIZES:
        costs = []
        for cost in _folds(people):
            costs.append(cost.each)
            yield f"{ID} n={people} s_per_million={cost.each * 1e6:.2f} peak={cost.peak_mb}MB"
            yield from (f"{ID} {part}" for part in course_lines(cost))
        medians.append(statistics.median(costs))
    if len(medians) > 1:
        yield line(ID, f"<={GOAL}", medians[-1] / medians[0], n=f"{SIZES[0]}->{SIZES[-1]}", folds=FOLDS)


def _folds(people: int) -> Iterator[Cost]:
    with _ledger(people) as url, durable_nats() as nats, tempfile.TemporaryDirectory() as folder:
        for _ in range(FOLDS):
            with psycopg.connect(url) as connection:
                connection.execute(_FORGOTTEN)
            with watching(url, FOLDED) as course:
                seconds, peak = apart(fold, url, nats, folder)
            yield Cost("fold", people, seconds, peak, course)


@contextmanager
def _ledger(people: int) -> Iterator[str]:
    with durable_postgres() as url:
        number, stretches = WrittenLedger(url, people).execution_no, -(-people // _PEOPLE_IN_STRETCH)
        with psycopg.connect(url) as connection:
            connection.execute("set role campaigns_system")
            last = (connection.execute(APPENDED, (stretches,)).fetchone() or (0,))[0]
            asked = {"last": last, "stretches": stretches, "no": number, "people": people, "size": _PEOPLE_IN_STRETCH}
            connection.execute(_STRETCHES, asked)
        report(url, number, people)
        yield url
