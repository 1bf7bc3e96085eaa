"""P8-growth: what a recipient costs from ten thousand to millions, in time and memory.

Planning, dispatch by one worker to the NATS pipeline, and the fold of what happened (everybody sent; delivered, and a
fifth opened, in mixed order), each in a process of its own. GROWTH=10000,100000,1000000,10000000 in the environment
takes other sizes; ten million need some 10 GB of disk and twenty minutes. Of what takes a while, a line a fifth says
what a million people cost there: processor seconds of our process, PostgreSQL and NATS, and what they held by then.
"""

import asyncio
import contextlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from msgspec import Struct
from nats import connect
from nats.js.errors import NotFoundError

from benchmarks._course import Course, Sample, watched
from benchmarks._launching import Launcher, make_people, peak_rss_mb
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres

ID = "P8-growth"
SIZES = tuple(int(size) for size in os.environ.get("GROWTH", "10000,100000,1000000").split(","))
PLANNED_OF_ALL = 0.72
GOAL, FLAT_FROM = 1.2, 100_000
_EMPTIED_EVERY = 20  # seconds

_PARTS, _LONG = 5, 30.0

_SENT = "select coalesce(sum(sent), 0) from batches"
FOLDED = "select coalesce(max(position), 0) from ledger_followers where name = 'metrics:1'"
_DRAINED = "select not exists (select from batches where state in ('waiting', 'sending'))"
APPENDED = "update ledger_head set append_no = append_no + %s returning append_no"
# Reports come in no order, a thousand in an append.
_REPORTED = """
insert into message_facts (append_no, execution_no, seq, kind, at, source_event_id, detail)
select %(last)s - %(appends)s + 1 + row_number() over (order by hashint4(seq + kind)) / 1000, %(no)s, seq, kind, now(),
       seq || '.' || kind, '{}'
  from generate_series(1, %(people)s) seq, (values (6), (20)) kinds (kind) where kind = 6 or seq %% 5 = 0"""


class Cost(Struct, frozen=True):
    """One stage at one size."""

    stage: str
    people: int
    seconds: float
    peak_mb: int
    course: Course | None = None

    @property
    def each(self) -> float:
        return self.seconds / self.people


def run() -> Iterable[str]:
    found: dict[str, list[Cost]] = {"plan": [], "dispatch": [], "fold": []}
    for size in SIZES:
        for cost in _measured(size):
            found[cost.stage].append(cost)
            yield f"{ID} {cost.stage} n={cost.people} s_per_million={cost.each * 1e6:.1f} peak={cost.peak_mb}MB"
            yield from (f"{ID} {cost.stage} {part}" for part in course_lines(cost))
    for stage, costs in found.items():
        flat = [cost for cost in costs if cost.people >= FLAT_FROM * PLANNED_OF_ALL]
        if len(flat) > 1:
            sizes = f"{flat[0].people}->{flat[-1].people}"
            memory = f"{flat[0].peak_mb}->{flat[-1].peak_mb}MB"
            yield line(ID, f"<={GOAL}", flat[-1].each / flat[0].each, stage=stage, n=sizes, peak=memory)


def _measured(size: int) -> Iterable[Cost]:
    with (
        durable_postgres() as url,
        durable_nats() as nats,
        tempfile.TemporaryDirectory(prefix="campaigns-bench-") as folder,
    ):
        apart(make_people, Path(folder, "datasets"), round(size / PLANNED_OF_ALL))
        planned: tuple[int, int] = (0, 0)
        (*planned, seconds), peak = apart(_plan, url, folder)
        number, people = planned
        yield Cost("plan", people, seconds, peak)
        with watching(url, _SENT) as course:
            seconds, peak = apart(_dispatch, url, nats, folder)
        _require_sent(url, people)
        yield Cost("dispatch", people, seconds, peak, course)
        report(url, number, people)
        with watching(url, FOLDED) as course:
            seconds, peak = apart(fold, url, nats, folder)
        yield Cost("fold", people, seconds, peak, course)


@contextlib.contextmanager
def watching(url: str, done: LiteralString) -> Iterator[Course]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set role campaigns_system")
        with watched(lambda: int((connection.execute(done).fetchone() or (0,))[0])) as course:
            yield course


def course_lines(cost: Cost) -> Iterable[str]:
    """Seconds for a million people in each part of the work, and what each program spent and held by then."""
    if cost.course is None or cost.seconds < _LONG:
        return
    whole = cost.course.samples[-1].done
    for number, (start, end) in enumerate(cost.course.parts(_PARTS), 1):
        people = (end.done - start.done) / whole * cost.people
        each = (end.at - start.at) / people * 1e6
        yield f"{number}/{_PARTS} s_per_million={each:.1f} {_spending(start, end, people)}"


def _spending(start: Sample, end: Sample, people: float) -> str:
    return " ".join(
        f"{name}={(seconds - start.spent.get(name, 0)) / people * 1e6:.1f}s/{end.resident.get(name, 0)}MB"
        for name, seconds in sorted(end.spent.items())
    )


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """In a process of its own: what it gives, and its peak of memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_peak, (function, arguments))


def _with_peak(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, int]:
    return function(*arguments), peak_rss_mb()


def _plan(url: str, folder: str) -> tuple[int, int, float]:
    from campaigns.infrastructure.audience.datasets import Datasets  # noqa: PLC0415  counted, not measured before

    async def launched() -> tuple[int, int, float]:
        launcher = Launcher(url, Datasets(Path(folder, "datasets")), Path(folder, "scratch"))
        async with launcher.open():
            began = time.perf_counter()
            execution = await launcher.launch()
            seconds = time.perf_counter() - began
        assert execution.plan is not None, execution.reason
        return execution.execution_no or 0, execution.plan.to_send, seconds

    return asyncio.run(launched())


def _dispatch(url: str, nats: str, folder: str) -> float:
    return asyncio.run(_worked(url, nats, folder, "worker", _DRAINED))


def fold(url: str, nats: str, folder: str) -> float:
    folded = (
        "select exists (select from ledger_followers, ledger_head"
        " where name = 'metrics:1' and position = ledger_head.append_no)"
    )
    return asyncio.run(_worked(url, nats, folder, "projector", folded))


async def _worked(url: str, nats: str, folder: str, role: str, done: str) -> float:
    """Seconds until a role of the service has done its work; its projector's other followers stay out."""
    from campaigns.infrastructure.settings import Secret, Settings  # noqa: PLC0415  counted, not measured before

    settings = Settings(database_url=Secret(url), nats_url=nats, home=Path(folder))
    services, runnables = _composed(role, settings)
    stopping = asyncio.Event()
    async with services.running(), await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        began = time.perf_counter()
        working = [asyncio.create_task(runnable.run(stopping)) for runnable in runnables]
        emptying = asyncio.create_task(_emptied(nats, f"{settings.nats_stream}_OUTGOING"))
        while not (await (await connection.execute(done.encode())).fetchone() or (False,))[0]:
            await asyncio.sleep(0.05)
        seconds = time.perf_counter() - began
        stopping.set()
        emptying.cancel()
        await asyncio.gather(*working)
    return seconds


def _composed(role: str, settings: Any) -> tuple[Any, Sequence[Any]]:
    """The services of one process, and what of them runs."""
    if role == "worker":
        from campaigns.worker import compose_worker  # noqa: PLC0415  it needs less than the others

        services = compose_worker(settings)
        return services, services.roles[role]
    from campaigns.bootstrap import compose  # noqa: PLC0415
    from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower  # noqa: PLC0415

    services = compose(settings)
    return services, [services.composition.resolve(MetricsFollower)]


async def _emptied(url: str, outbox: str) -> None:
    """Nobody consumes here: what is in the outbox is thrown away before it is full."""
    client = await connect(url)
    try:
        while True:
            await asyncio.sleep(_EMPTIED_EVERY)
            with contextlib.suppress(NotFoundError):
                await client.jetstream().purge_stream(outbox)
    finally:
        await client.close()


def _require_sent(url: str, people: int) -> None:
    with psycopg.connect(url) as connection:
        counted = connection.execute(
            "select sum(sent), array_agg(distinct detail) from batches join executions using (execution_no)"
        ).fetchone()
    assert counted == (people, [None]), f"{counted} of {people}"


def report(url: str, number: int, people: int) -> None:
    appends = people * 6 // 5 // 1000 + 1
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        last = (connection.execute(APPENDED, (appends,)).fetchone() or (0,))[0]
        connection.execute(_REPORTED, {"last": last, "appends": appends, "no": number, "people": people})
