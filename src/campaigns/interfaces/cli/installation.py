"""What commands ask of the installation they run in."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from campaigns.application.shared.bus import Bus
from campaigns.application.shared.event_terms import EventTerms
from campaigns.interfaces.cli.demo.inbox import Inbox


class CommandFailedError(Exception):
    """A command cannot do its work; the message says why in a sentence, `exit_code` says it to scripts.

    1 a check failed, 69 a dependency is away, 75 somebody else holds what is needed, 78 the configuration is wrong.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `status` is ok, warning or failed; `detail` says what was seen and what to do."""

    check: str
    status: str
    detail: str


class ServePlan(Struct, frozen=True, kw_only=True):
    """How to serve. Empty `roles`: all, as a process tree. `supervised`: a child of such a tree."""

    roles: tuple[str, ...] = ()
    sockets: tuple[int, ...] = ()
    supervised: bool = False


class Installation(Protocol):
    """The configured service. Every method may raise CommandFailedError."""

    def configure(self, file: Path | None, overrides: dict[str, str]) -> None:
        """Which file to read, and what the command line sets (environment variable names and values)."""

    def settings(self) -> dict[str, Any]:
        """The effective settings by variable name, secrets hidden."""

    def serve(self, plan: ServePlan) -> None:
        """Blocks until SIGTERM or SIGINT."""

    def migrate(self) -> list[str]:
        """Bring the database to this version's schema; names of the migrations applied now."""

    def diagnose(self) -> Sequence[Finding]:
        """Look at database, NATS, clock, DNS and disk."""

    def openapi(self) -> dict[str, Any]:
        """The REST API's description; needs no server."""

    def event_terms(self) -> EventTerms:
        """What its settings say about its events; needs no server."""

    def bus(self) -> AbstractAsyncContextManager[Bus]:
        """The application, for commands that ask or tell it something."""

    def mail_sink(self) -> AbstractAsyncContextManager[Inbox]:
        """A mail server on loopback that keeps what arrives, for the demo."""
