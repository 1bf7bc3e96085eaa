"""P6: the filter chain over ten million people: three blacklists of a million, device, push, monthly active, product.

Ours answers what every step removed and left. Its floor is the best query we know to write by hand for the same, in the
same engine within the same limits; `P6-resolve` holds the whole resolution against a bare count.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from benchmarks.reporting import line
from campaigns.application.audience.gathering import Gathered
from campaigns.application.audience.ports import AudienceOrder
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.audience.eligibility import Group
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.filters import FilterChain
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.audience.candidates import Candidates
from campaigns.infrastructure.audience.datasets import ROWS_PER_GROUP, Dataset, Datasets, Kind
from campaigns.infrastructure.audience.deciding import Deciding
from campaigns.infrastructure.audience.engine import EngineLimits, engine
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse
from campaigns.infrastructure.system import SystemClock

ID = "P6"
PEOPLE, LISTED, RUNS = 10_000_000, 1_000_000, 5
TENANT = TenantId("default")
BLACKLISTS = ("no_workers", "complained", "off_limit")
EVERYBODY = {"field": "user_id", "operator": "exists"}
CHAIN = FilterChain(
    blacklist_tables=BLACKLISTS,
    devices=("android", "iOS"),
    push_streams=("payments", "market"),
    mau_only=True,
    products=("credit card",),
)
COLUMNS = {
    "user_id": Kind.TEXT,
    "email": Kind.TEXT,
    "device": Kind.TEXT,
    "push_streams": Kind.TEXTS,
    "monthly_active": Kind.BOOLEAN,
    "products": Kind.TEXTS,
}
_PEOPLE = """
  SELECT 'u' || lpad(n::text, 9, '0') AS user_id, 'p' || n || '@people.example' AS email,
         (['android', 'iOS', 'web', NULL])[1 + (hash(n) % 4)::int] AS device,
         ([['payments'], ['transfers', 'market'], ['transfers'], [], NULL])[1 + (hash(n + 1) % 5)::int]
           AS push_streams,
         hash(n + 2) % 3 > 0 AS monthly_active,
         ([['credit card', 'deposit'], ['deposit'], ['loan', 'credit card'], NULL])[1 + (hash(n + 3) % 4)::int]
           AS products
    FROM range({count}) t (n) ORDER BY user_id"""
_LIST = """
  SELECT 'u' || lpad((n * {every} + {offset})::text, 9, '0') AS user_id FROM range({count}) t (n) ORDER BY user_id"""


def run(people: int = PEOPLE, listed: int = LISTED) -> Iterable[str]:
    with tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder:
        home = Path(folder)
        datasets = _made(home, people, listed)
        limits = EngineLimits(scratch=home / "scratch")
        order = _order()
        warehouse, gathered = DuckDbWarehouse(datasets, limits), _gathered()
        nobody = pa.table({"user_id": pa.array([], pa.string())})

        def ours() -> Any:
            return Candidates(warehouse, order, gathered, nobody).steps()

        def resolved() -> int:
            deciding = Deciding(order)
            read = Candidates(warehouse, order, gathered, nobody).read()
            return sum(deciding(batch.column("user_id"), batch.column("standing")).num_rows for batch in read)

        by_hand, count = _by_hand(datasets, limits), _count(datasets, limits)
        steps = ours()
        assert [(step.removed, step.left) for step in steps] == by_hand(), "the hand-written query finds the same"
        assert resolved() == count() == steps[-1].left
        yield _compared(ID, "<=1.2", by_hand, ours, n=people, lists=len(BLACKLISTS), listed=listed, steps=len(steps))
        yield _compared(f"{ID}-resolve", "<=3.5", count, resolved, n=people, audience=steps[-1].left)


def _compared(name: str, goal: str, floor: Callable[[], Any], ours: Callable[[], Any], **figures: object) -> str:
    floors, taken = [], []
    for _ in range(RUNS):
        floors.append(_seconds(floor))
        taken.append(_seconds(ours))
    bare, mine = statistics.median(floors), statistics.median(taken)
    return line(name, goal, mine / bare, floor=f"{bare:.2f}s", ours=f"{mine:.2f}s", **figures, runs=RUNS)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _order() -> AudienceOrder:
    return AudienceOrder(
        tenant_id=TENANT,
        campaign_id=CampaignId(UUID(int=5)),
        definition=AudienceDefinition(include=(Source(criteria=EVERYBODY),), filters=CHAIN.steps()),
        channels=(ChannelType.EMAIL,),
        now=SystemClock().now(),
    )


def _gathered() -> Gathered:
    return Gathered(include=Group(criteria=(parse(EVERYBODY),)), exclude=Group(), pushed_down=(), remote=())


def _made(home: Path, people: int, listed: int) -> Datasets:
    datasets = Datasets(home / "datasets")
    _written(datasets, "people", _PEOPLE.format(count=people), COLUMNS, people)
    for at, name in enumerate(BLACKLISTS):
        query = _LIST.format(count=listed, every=people // listed, offset=at)
        _written(datasets, name, query, {"user_id": Kind.TEXT}, listed)
    return datasets


def _written(datasets: Datasets, name: str, query: str, columns: dict[str, Kind], rows: int) -> None:
    folder = datasets.folder(TENANT, name)
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({query}) TO '{folder}/1.parquet' (FORMAT parquet, ROW_GROUP_SIZE {ROWS_PER_GROUP})")
    datasets.switch(TENANT, name, Dataset(file="1.parquet", rows=rows, columns=columns))


_PASSES = (
    "p.device IN ('android', 'iOS')",
    "(list_contains(p.push_streams, 'payments') OR list_contains(p.push_streams, 'market'))",
    "p.monthly_active",
    "list_contains(p.products, 'credit card')",
)


def _asked(datasets: Datasets, limits: EngineLimits, query: str) -> list[Any]:
    paths = {name: datasets.folder(TENANT, name) / "1.parquet" for name in ("people", *BLACKLISTS)}
    files = {name: f"read_parquet('{path}')" for name, path in paths.items()}
    with engine(limits, paths.values()) as connection:
        return list(connection.execute(query.format(**files)).fetchall())


def _by_hand(datasets: Datasets, limits: EngineLimits) -> Callable[[], list[tuple[int, int]]]:
    """Lists are joined as marks, the first step that removes somebody is found in one expression, then counted."""
    listed = [f"p.user_id IN (SELECT user_id FROM {{{name}}})" for name in BLACKLISTS]
    removes = [*listed, *(f"NOT coalesce({passes}, false)" for passes in _PASSES)]
    cases = " ".join(f"WHEN {test} THEN {n}" for n, test in enumerate(removes, 1))
    query = f"SELECT CASE {cases} ELSE 0 END AS step, count(*) FROM {{people}} p GROUP BY step"

    def asked() -> list[tuple[int, int]]:
        found = dict(_asked(datasets, limits, query))
        left, steps = sum(found.values()), []
        for step in range(1, len(removes) + 1):
            left -= found.get(step, 0)
            steps.append((found.get(step, 0), left))
        return steps

    return asked


def _count(datasets: Datasets, limits: EngineLimits) -> Callable[[], int]:
    listed = [f"p.user_id NOT IN (SELECT user_id FROM {{{name}}})" for name in BLACKLISTS]
    query = f"SELECT count(*) FROM {{people}} p WHERE {' AND '.join([*listed, *_PASSES])}"

    def asked() -> int:
        return int(_asked(datasets, limits, query)[0][0])

    return asked
