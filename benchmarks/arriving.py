"""P13: a thousand people who arrive one by one, written into a million profiles, against writing those profiles again.

`P13-query` holds what every count would pay instead, were they kept beside the file and joined to it.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._launching import TENANT, make_people
from benchmarks.reporting import line
from campaigns.infrastructure.audience.arriving.merging import merge
from campaigns.infrastructure.audience.datasets import PEOPLE

ID = "P13"
PROFILES, ARRIVED, RUNS = 1_000_000, 1_000, 5
_PLAIN = "select count(*) from read_parquet('{file}') where country in ('DE', 'FR', 'KZ')"
_BESIDE = """
select count(*) from (
  select user_id, country from read_parquet('{file}') where user_id not in (select user_id from told)
  union all select user_id, country from told) where country in ('DE', 'FR', 'KZ')"""


def run() -> Iterable[str]:
    told = {f"u{number * 997:09d}": {"country": "KZ", "email": f"new{number}@x"} for number in range(ARRIVED)}
    with tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        datasets = make_people(Path(folder), PROFILES)
        current = datasets.current(TENANT)
        assert current is not None
        source, target = datasets.path(TENANT, PEOPLE, current), Path(folder, "target.parquet")
        pairs = [
            (_timed(lambda: _copy(source, target)), _timed(lambda: merge(source, target, current.columns, told)))
            for _ in range(RUNS)
        ]
        yield _line(ID, "<=2", pairs, profiles=PROFILES, arrived=ARRIVED)
        with duckdb.connect() as connection:
            rows = [{"user_id": user, "country": one["country"]} for user, one in told.items()]
            connection.register("told", pa.Table.from_pylist(rows))
            plain, beside = (query.format(file=source) for query in (_PLAIN, _BESIDE))
            asked = [
                (
                    _timed(lambda: connection.execute(plain).fetchall()),
                    _timed(lambda: connection.execute(beside).fetchall()),
                )
                for _ in range(RUNS)
            ]
        yield _line(f"{ID}-query", "<=4", asked, profiles=PROFILES, arrived=ARRIVED)


def _copy(source: Path, target: Path) -> None:
    with pq.ParquetFile(source) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writing:
        for group in range(file.num_row_groups):
            writing.write_table(file.read_row_group(group))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _line(name: str, goal: str, pairs: list[tuple[float, float]], **figures: object) -> str:
    floor, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ours / floor for floor, ours in pairs)
    return line(name, goal, ratio, floor=f"{floor:.3f}s", ours=f"{ours:.3f}s", runs=RUNS, **figures)
