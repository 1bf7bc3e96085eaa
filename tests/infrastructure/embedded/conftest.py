"""Homes and servers of a test's own."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Below a closed directory (pytest's are 0700), with a space in its name."""
    with Home(tmp_path / "with a space") as entered:
        yield entered


@pytest.fixture
def start_postgres(home: Home) -> Iterator[Callable[[], EmbeddedPostgres]]:
    with ExitStack() as stack:

        def start() -> EmbeddedPostgres:
            server = EmbeddedPostgres(home, servers_account())
            stack.callback(server.remove_socket_directory)
            stack.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture
def start_nats(home: Home) -> Iterator[Callable[[], EmbeddedNats]]:
    with ExitStack() as stack:

        def start() -> EmbeddedNats:
            server = EmbeddedNats(home, servers_account())
            stack.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give up being root")
