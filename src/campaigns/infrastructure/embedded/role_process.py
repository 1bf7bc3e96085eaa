"""One child of the supervisor: this program again, running some of the roles."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from campaigns.infrastructure.embedded.child import tied_to_parent

GO = b"go\n"


class RoleProcess:
    """Imports at once; begins its work when told `go` on its standard input, and ends when that closes."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], sockets: Sequence[int] = ()
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._sockets = sockets
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def prepare(self) -> None:
        """Let it import what it needs while the servers start. Call from the main thread."""
        self._close_inlet()
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "campaigns", *self._arguments],
            stdin=subprocess.PIPE,
            env={**os.environ, **self._environment},
            start_new_session=True,
            pass_fds=self._sockets,
            preexec_fn=tied_to_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call; the supervisor has one thread
        )

    def start(self) -> None:
        """Begin the work, in the prepared process or in a new one."""
        if not self.running():
            self.prepare()
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(GO)
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it has ended already, and will be seen and started again

    def ask_to_stop(self) -> None:
        if self._process is not None and self.running():
            self._process.send_signal(signal.SIGTERM)

    def end(self, patience: float) -> bool:
        """Wait for it, then insist; False when it had to be killed."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(patience, 0.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            self._close_inlet()
        return True

    def _close_inlet(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
