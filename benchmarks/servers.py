"""A Postgres and a NATS of the benchmark's own, with the durability of production."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres
from campaigns.infrastructure.postgres.migrate import migrate


@contextmanager
def durable_postgres() -> Iterator[str]:
    """The url of an empty, migrated database; every commit is on disk before it is answered."""
    with _home() as home:
        postgres = EmbeddedPostgres(home, servers_account())
        with ExitStack() as stack:
            stack.callback(postgres.remove_socket_directory)
            stack.callback(postgres.stop)
            postgres.start()
            migrate(postgres.url())
            yield postgres.url()


@contextmanager
def durable_nats() -> Iterator[str]:
    """The url of an empty NATS with JetStream; every message is on disk before it is acknowledged."""
    with _home() as home:
        nats = EmbeddedNats(home, servers_account())
        with ExitStack() as stack:
            stack.callback(nats.stop)
            nats.start()
            yield nats.url()


@contextmanager
def _home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="campaigns-bench-"))
    try:
        with Home(folder / "home") as home:
            yield home
    finally:
        shutil.rmtree(folder)
