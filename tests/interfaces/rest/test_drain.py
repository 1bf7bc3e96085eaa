"""SIGTERM while a stream is open: the stream ends, the lifespan closes, the process goes."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from tests.support.waiting import PATIENCE

SERVER = """
import asyncio, sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import uvicorn
from litestar import Litestar, get
from litestar.response import Stream
from campaigns.interfaces.rest.draining import Draining, draining_on_sigterm

draining = Draining()

@get("/stream")
async def stream() -> Stream:
    async def lines() -> AsyncIterator[bytes]:
        while not draining.has_begun():
            yield b"still here\\n"
            await asyncio.wait([asyncio.create_task(draining.wait())], timeout=0.05)
        yield b"goodbye\\n"
    return Stream(lines())

@asynccontextmanager
async def lifespan(_: Litestar) -> AsyncIterator[None]:
    with draining_on_sigterm(draining):
        yield
    print("closed", flush=True)

config = uvicorn.Config(Litestar([stream], lifespan=[lifespan], openapi_config=None), port=0, log_config=None)
server = uvicorn.Server(config)

async def main() -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving

asyncio.run(main())
"""


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_an_open_stream_ends_and_the_process_closes_in_order(server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    port = int(server.stdout.readline())
    received = []
    with httpx.stream("GET", f"http://127.0.0.1:{port}/stream", timeout=PATIENCE) as answer:
        for line in answer.iter_lines():
            if not received:
                server.send_signal(signal.SIGTERM)
            received.append(line)
    assert received[-1] == "goodbye"
    assert server.wait(PATIENCE) is not None
    assert server.stdout.read() == "closed\n"
