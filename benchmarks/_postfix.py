"""Postfix' own test programs, written in C: a sink that takes all mail, and the client that is the floor."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager


def installed() -> bool:
    return bool(shutil.which("smtp-sink") and shutil.which("smtp-source"))


def send(port: int, mails: int, size: int, sessions: int) -> None:
    """`mails` of `size` bytes, by the C client."""
    command = ["smtp-source", "-s", str(sessions), "-m", str(mails), "-l", str(size), "-f", "a@acme.example"]
    subprocess.run([*command, "-t", "u@x.example", f"127.0.0.1:{port}"], check=True)


@contextmanager
def sink() -> Iterator[int]:
    """The port it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    running = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        _await_port(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def _await_port(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("smtp-sink does not listen")
