"""P3e: two workers against one, where a worker waits for its provider, and where the processors are the bound.

`waiting`: the mail servers answer each mail after 20 ms, so that a worker's ten connections take 500 a second. `busy`:
they answer at once; both workers, the mail servers and Postgres share the machine's processors. Each worker has a mail
server of its own, which counts its share.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from benchmarks._slow_sink import serve_slowly
from benchmarks._workers import Bench
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres

ID = "P3e"
RUNS = 3
STARTING_SECONDS = 6.0
VARIANTS = {"waiting": (0.02, 12_000), "busy": (0.0, 30_000)}


def run() -> Iterable[str]:
    for name, (delay, people) in VARIANTS.items():
        with durable_postgres() as database, durable_nats() as nats, tempfile.TemporaryDirectory() as folder:
            yield _compared(name, Bench(Path(folder), database, nats), delay, people)


def _compared(name: str, bench: Bench, delay: float, people: int) -> str:
    datasets = bench.people(people)
    alone, together, shares = [], [], []
    for _ in range(RUNS):  # interleaved: both see the same weather
        alone.append(_run(bench, bench.launch(datasets), delay, workers=1)[0])
        rate, arrived = _run(bench, bench.launch(datasets), delay, workers=2)
        together.append(rate)
        shares.append(max(arrived) / sum(arrived))
    one, two = statistics.median(alone), statistics.median(together)
    larger = f"{statistics.median(shares):.0%}"
    return line(ID, ">=1.7", two / one, what=name, one=f"{one:.0f}/s", two=f"{two:.0f}/s", larger=larger, runs=RUNS)


def _run(bench: Bench, execution_no: int, delay: float, workers: int) -> tuple[float, list[int]]:
    """Mails a second, and how many each worker sent."""
    bench.hold(execution_no, held=True)
    with ExitStack() as stack:
        sinks = [stack.enter_context(_sink(delay)) for _ in range(workers)]
        environments = [{"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none"} for port, _ in sinks]
        stack.enter_context(bench.workers(environments))
        time.sleep(STARTING_SECONDS)
        bench.hold(execution_no, held=False)
        sent, seconds = bench.worked_off(execution_no)
        return sent / seconds, [arrived.value for _, arrived in sinks]


@contextmanager
def _sink(delay: float) -> Iterator[tuple[int, "Synchronized[int]"]]:
    """Its port, and how many mails it has taken."""
    context = multiprocessing.get_context("spawn")
    port, arrived = context.Value("i", 0), context.Value("i", 0)
    process = context.Process(target=serve_slowly, args=(delay, port, arrived), daemon=True)
    process.start()
    while not port.value:
        time.sleep(0.02)
    try:
        yield port.value, arrived
    finally:
        process.terminate()
        process.join()
