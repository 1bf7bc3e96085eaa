"""NATS with JetStream as a child process: loopback, a token, every write synced before it is acknowledged."""

import shutil
import signal
import subprocess
from pathlib import Path

import msgspec

from campaigns.infrastructure.embedded.account import Account
from campaigns.infrastructure.embedded.binaries import nats_program
from campaigns.infrastructure.embedded.child import spawn
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats_health import health_error
from campaigns.infrastructure.embedded.orphan import stop_orphan
from campaigns.infrastructure.embedded.secrets_file import embedded_secrets
from campaigns.infrastructure.embedded.server import open_log, stop_process, wait_until

_WRITE_ERROR = "write error"
_ROOM = 16 * 1024**2  # bytes free before a start is worth while
_ANY_FREE_PORT = -1  # to this server 0 means 4222

# One key per line: its parser refuses `sync_interval` behind another key. Paths are relative to the working directory.
_CONFIGURATION = """\
server_name: campaigns-embedded
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
ports_file_dir: "."
max_payload: 8MB
jetstream {{
  store_dir: "./store"
  sync_interval: {sync_interval}
  max_file_store: {max_file_store}
}}
authorization {{
  token: "{token}"
}}
"""


class _Ports(msgspec.Struct):
    nats: list[str]
    monitoring: list[str]


class EmbeddedNats:
    """One server below `home`/nats. A restart keeps the ports of the first start."""

    name = "nats"

    def __init__(
        self,
        home: Home,
        account: Account | None,
        *,
        port: int = _ANY_FREE_PORT,
        sync_interval: str = "always",
        max_file_store: str = "20GB",
    ) -> None:
        self._home = home
        self._account = account
        self._port = port
        self._monitor_port = _ANY_FREE_PORT
        self._sync_interval = sync_interval
        self._max_file_store = max_file_store
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self._home.directory("log") / "nats.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def token(self) -> str:
        return embedded_secrets(self._home.path / "secrets.json").nats_token

    def start(self) -> None:
        """Returns when the server has written its ports. Call from the main thread."""
        folder = self._home.directory("nats")
        _stop_orphans(folder)
        self._write_configuration(folder)
        program = nats_program(self._account)
        with open_log(self.log) as log:
            self._process = spawn(
                [program, "-c", "server.conf"],
                directory=folder,
                log=log,
                account=self._account,
                dies_with=signal.SIGTERM,
            )
        ports = folder / f"{program.name}_{self._process.pid}.ports"
        wait_until(lambda: _finished(ports), self._process, "NATS", self.log, patience=60)
        self._remember(msgspec.json.decode(ports.read_bytes(), type=_Ports))

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ailment(self) -> str | None:
        """A stream whose disk was full once takes nothing more until the server is started anew."""
        error = health_error(self.monitor_url())
        if error is None or _WRITE_ERROR not in error:
            return None
        return error if shutil.disk_usage(self._home.directory("nats")).free >= _ROOM else None

    def stop(self) -> None:
        if self._process is not None:
            stop_process(self._process, (signal.SIGTERM,))

    def url(self) -> str:
        """With the token, as clients take it."""
        return f"nats://{self.token}@127.0.0.1:{self._port}"

    def monitor_url(self) -> str:
        return f"http://127.0.0.1:{self._monitor_port}"

    def _write_configuration(self, folder: Path) -> None:
        file = folder / "server.conf"
        file.touch(mode=0o600)
        file.write_text(
            _CONFIGURATION.format(
                port=self._port,
                monitor_port=self._monitor_port,
                sync_interval=self._sync_interval,
                max_file_store=self._max_file_store,
                token=self.token,
            )
        )
        if self._account is not None:
            self._account.take_over(folder)

    def _remember(self, ports: _Ports) -> None:
        self._port = int(ports.nats[0].rpartition(":")[2])
        self._monitor_port = int(ports.monitoring[0].rpartition(":")[2])


def _stop_orphans(folder: Path) -> None:
    """A ports file names the process that wrote it; what is left of earlier runs is stopped and removed."""
    for ports in folder.glob("*.ports"):
        pid = ports.stem.rpartition("_")[2]
        if pid.isdigit():
            stop_orphan(int(pid), "nats-server", folder, politely=signal.SIGTERM)
        ports.unlink(missing_ok=True)


def running_address(home: Home) -> str | None:
    """Where the server that another process started in this home listens; None when there is none."""
    for ports in (home.path / "nats").glob("*.ports"):
        if _finished(ports):
            port = msgspec.json.decode(ports.read_bytes(), type=_Ports).nats[0].rpartition(":")[2]
            return f"nats://{embedded_secrets(home.path / 'secrets.json').nats_token}@127.0.0.1:{port}"
    return None


def _finished(ports: Path) -> bool:
    try:
        msgspec.json.decode(ports.read_bytes(), type=_Ports)
    except (FileNotFoundError, msgspec.DecodeError):
        return False
    return True
