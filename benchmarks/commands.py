"""P1: commands to campaigns over HTTP, against a route that does nothing on the same server.

The service runs its role `api` alone, as on a machine of its own; PostgreSQL, which syncs every commit, and the load
come from the same processors. P8 api: its largest memory, against that of a process that has only imported it.
"""

import itertools
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import uvloop
from tests.support.running_service import Tenant, fresh_tenant, running_service

from benchmarks.load import Measured, NextRequest, load, post
from benchmarks.reporting import line
from benchmarks.servers import durable_nats, durable_postgres

ID = "P1"
_IMPORTED = "import campaigns.answering, campaigns.bootstrap; print(open('/proc/self/status').read())"
RUNS, CONNECTIONS, SECONDS = 5, 32, 3.0
_OK = 200


def run() -> Iterable[str]:
    with ExitStack() as stack:
        url, nats = stack.enter_context(durable_postgres()), stack.enter_context(durable_nats())
        service = stack.enter_context(running_service(url, nats, roles="api"))
        tenant = stack.enter_context(fresh_tenant(service))
        floor_port = stack.enter_context(_noop_server())
        commanding = [_alternating(tenant, number) for number in range(CONNECTIONS)]
        nothing = [partial(bytes, post("/nothing"))] * CONNECTIONS
        port = int(service.url.rpartition(":")[2])
        floors, ours = [], []
        for _ in range(RUNS):  # interleaved: both see the same weather
            floors.append(_measured(floor_port, nothing))
            ours.append(_measured(port, commanding))
        alone = _measured(floor_port, nothing[:1]), _measured(port, commanding[:1])
        yield _finding(floors, ours, *alone)
        yield _memory(service.process.pid)


def _memory(pid: int) -> str:
    imported = subprocess.run([sys.executable, "-c", _IMPORTED], check=True, capture_output=True, text=True).stdout
    floor, peak = _peak(imported), _peak(Path(f"/proc/{pid}/status").read_text())
    return line("P8 api", "<=1.4", peak / floor, imported=f"{floor:.0f}MB", peak=f"{peak:.0f}MB")


def _peak(status: str) -> float:
    """VmHWM, in MB."""
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _finding(floors: list[Measured], ours: list[Measured], floor_alone: Measured, alone: Measured) -> str:
    floor, rate = (statistics.median(each.rate for each in runs) for runs in (floors, ours))
    slow_floor, slow = (statistics.median(each.percentile(0.99) for each in runs) for runs in (floors, ours))
    return line(
        ID,
        ">=0.6",
        rate / floor,
        floor=f"{floor:.0f}/s",
        ours=f"{rate:.0f}/s",
        p99_ratio=f"{slow / slow_floor:.1f}",
        p99_goal="<=4",
        p99_floor=f"{slow_floor:.1f}ms",
        p99_ours=f"{slow:.1f}ms",
        connections=CONNECTIONS,
        one_connection=f"{alone.percentile(0.5):.1f}ms",
        one_connection_floor=f"{floor_alone.percentile(0.5):.1f}ms",
        roles="api",
        cpus=os.cpu_count(),
        load=f"{os.getloadavg()[0]:.1f}",
        runs=len(ours),
    )


def _measured(port: int, connections: Sequence[NextRequest]) -> Measured:
    measured = uvloop.run(load(port, connections, SECONDS))
    if measured.statuses.keys() != {_OK}:
        raise AssertionError(f"not every request was carried out: {measured.statuses}")
    return measured


def _alternating(tenant: Tenant, number: int) -> NextRequest:
    """One campaign of its own for each connection, activated and paused in turns."""
    definition = {"name": f"Always on {number}", "mode": "always_on"}
    answer = tenant.client.post("/api/v1/campaigns", json=definition)
    answer.raise_for_status()
    path = f"/api/v1/campaigns/{answer.json()['id']}"
    authorization = f"Authorization: Bearer {tenant.api_key}"
    requests = itertools.cycle([post(f"{path}/activate", authorization), post(f"{path}/pause", authorization)])
    return partial(next, requests)


@contextmanager
def _noop_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, number = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen([sys.executable, "-m", "benchmarks._noop", str(number)], pass_fds=[number])
        try:
            _await(f"http://127.0.0.1:{port}/nothing")
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _await(url: str) -> None:
    for _ in range(200):
        try:
            httpx.post(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{url} does not answer")
