"""One PostgreSQL and one NATS per test run, shared by all workers; they die with the process that started them."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres

# Tests ask whether it is right, not whether it survives a power cut: those that do start their own server.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
    "autovacuum_naptime": "10min",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}


# Each stream reserves its bytes without using them, and every test that needs one makes its own.
_ROOM_FOR_MANY_STREAMS = "2TB"


class Addresses(NamedTuple):
    superuser: str
    user: str
    nats: str
    nats_monitor: str


class SharedServers:
    """Started when first asked for."""

    def __init__(self) -> None:
        self._running: tuple[Home, EmbeddedPostgres, EmbeddedNats] | None = None

    def addresses(self) -> Addresses:
        if self._running is None:
            self._running = _start()
        _, postgres, nats = self._running
        return Addresses(postgres.superuser_url(), postgres.url(), nats.url(), nats.monitor_url())

    def stop(self) -> None:
        if self._running is None:
            return
        home, postgres, nats = self._running
        self._running = None
        nats.stop()
        postgres.stop()
        home.__exit__(None, None, None)
        shutil.rmtree(home.path.parent)
        postgres.remove_socket_directory()


def _start() -> tuple[Home, EmbeddedPostgres, EmbeddedNats]:
    home = Home(Path(tempfile.mkdtemp(prefix="campaigns-tests-"), "home")).__enter__()
    postgres = EmbeddedPostgres(home, servers_account(), FAST)
    postgres.start()
    nats = EmbeddedNats(home, servers_account(), sync_interval="2m", max_file_store=_ROOM_FOR_MANY_STREAMS)
    nats.start()
    return home, postgres, nats
