"""The configured service, as the command line uses it."""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from msgspec.structs import replace

from campaigns.application.shared.bus import Bus
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.event_terms import EventTerms
from campaigns.infrastructure.delivery.providers.catalogue import installed_providers
from campaigns.infrastructure.embedded.account import NoAccountError
from campaigns.infrastructure.embedded.binaries import MissingServerError
from campaigns.infrastructure.embedded.home import HomeInUseError
from campaigns.infrastructure.embedded.launch import Launch, Started, groups_of
from campaigns.infrastructure.embedded.listening import PortTakenError
from campaigns.infrastructure.embedded.server import ServerFailedError
from campaigns.infrastructure.embedded.smtp_sink import smtp_sink
from campaigns.infrastructure.embedded.visit import servers_at_hand
from campaigns.infrastructure.postgres.migrate import MigrationError, migrate, require_migrated
from campaigns.infrastructure.settings import LogFormat, Secret, Settings
from campaigns.infrastructure.settings_sources import SettingsError, effective, load_settings
from campaigns.infrastructure.telemetry.logs import configure_logs
from campaigns.interfaces.cli.demo.inbox import Inbox
from campaigns.interfaces.cli.installation import CommandFailedError, Finding, ServePlan

_AWAY, _TAKEN, _CONFIGURATION = 69, 75, 78  # as sysexits.h has them

_EXIT_CODES: dict[type[Exception], int] = {
    SettingsError: _CONFIGURATION,
    NoAccountError: _CONFIGURATION,
    MissingServerError: _CONFIGURATION,
    MigrationError: _CONFIGURATION,
    HomeInUseError: _TAKEN,
    PortTakenError: _TAKEN,
    DependencyDownError: _AWAY,
    ServerFailedError: _AWAY,
}


class ConfiguredInstallation:
    """Reads the settings when a command first needs them."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._overrides: dict[str, str] = {}
        self._read: Settings | None = None

    def configure(self, file: Path | None, overrides: dict[str, str]) -> None:
        self._file, self._overrides, self._read = file, overrides, None

    def settings(self) -> dict[str, Any]:
        with _told():
            return effective(self._settings())

    def serve(self, plan: ServePlan) -> None:
        with _told():
            settings = self._settings()
            needs_servers = settings.embedded_database() or settings.embedded_nats()
            if plan.supervised or (plan.roles and not needs_servers):
                self._serve_here(settings, plan)
            else:
                self._serve_as_tree(settings, plan)

    def migrate(self) -> list[str]:
        with _told():
            url = self._settings().database()
            if url is None:
                raise CommandFailedError(
                    "no database is configured; `campaigns serve` migrates its own", _CONFIGURATION
                )
            return migrate(url)

    def diagnose(self) -> Sequence[Finding]:
        from campaigns.infrastructure.embedded.consumed_subjects import find_streams  # noqa: PLC0415 - as below
        from campaigns.infrastructure.embedded.diagnosis import diagnose  # noqa: PLC0415 - as below
        from campaigns.interfaces.nats.subscriptions import SUBSCRIPTIONS  # noqa: PLC0415 - as below

        with _told():
            consumed = [subject for subscription in SUBSCRIPTIONS for subject in subscription.subjects]
            found = [*diagnose(self._settings()), *find_streams(self._settings(), consumed)]
            return [Finding(check=one.check, status=one.status, detail=one.detail) for one in found]

    def openapi(self) -> dict[str, Any]:
        from campaigns.bootstrap import compose  # noqa: PLC0415 - as below
        from campaigns.front import described_api  # noqa: PLC0415 - as below

        with _told():
            settings = self._settings()
            # Composed, never opened: any address will do.
            database, nats = settings.database_url or Secret("postgresql://"), settings.nats_url or "nats://"
            return described_api(compose(replace(settings, database_url=database, nats_url=nats)))

    def event_terms(self) -> EventTerms:
        with _told():
            return self._settings().event_terms()

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[Bus]:
        from campaigns.bootstrap import compose  # noqa: PLC0415 - everything is imported only by those who need it

        with _told(), servers_at_hand(self._settings(), migrate) as settings:
            if not self._settings().embedded_database():
                require_migrated(settings.database() or "")
            services = compose(settings)
            async with services.running():
                yield services.bus

    @asynccontextmanager
    async def mail_sink(self) -> AsyncIterator[Inbox]:
        async with smtp_sink() as sink:
            yield sink

    def _settings(self) -> Settings:
        if self._read is None:
            self._read = load_settings({**os.environ, **self._overrides}, self._file)
            installed_providers(self._read)  # what the providers file gets wrong is said before anything starts
            _configure_logs(self._read)
        return self._read

    def _serve_here(self, settings: Settings, plan: ServePlan) -> None:
        if not plan.supervised:  # then the supervisor has seen to it
            require_migrated(settings.database() or "")
        gc.disable()  # importing makes much that stays; `serve_roles` sets it up again
        from campaigns.serving import serve_roles  # noqa: PLC0415 - half a second that the supervisor need not spend

        _configure_logs(settings)  # again: the imports above bring log settings of their own
        try:
            serve_roles(settings, plan)
        except Exception as fault:
            structlog.get_logger("campaigns.serving").critical("ended by a fault", exc_info=fault)
            raise CommandFailedError(f"{type(fault).__name__}: {fault}") from fault

    def _serve_as_tree(self, settings: Settings, plan: ServePlan) -> None:
        stop = _Stop()
        if self._file is not None:
            os.environ["CAMPAIGNS_CONFIG"] = str(self._file.absolute())
        Launch(
            settings,
            groups_of(plan.roles, settings.workers),
            stopping=stop.asked,
            report=structlog.get_logger("campaigns.supervisor").warning,
            started=_greet,
            migrate=migrate,
        ).run()


class _Stop:
    """SIGTERM and SIGINT, remembered."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def asked(self) -> bool:
        return self._asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True


def _greet(started: Started) -> None:
    lines = [f"campaigns is ready after {started.seconds:.1f} s"]
    if started.url is not None:
        lines += [f"  API    {started.url}/api/v1", f"  docs   {started.url}/docs"]
    lines.append(f"  data   {started.home}")
    print("\n".join(lines), flush=True)  # noqa: T201 - for the human who started it; logs go to standard error


def _configure_logs(settings: Settings) -> None:
    by_eye = sys.stderr.isatty() if settings.log_format is LogFormat.AUTO else settings.log_format is LogFormat.CONSOLE
    configure_logs(level=settings.log_level, as_json=not by_eye)


@contextmanager
def _told() -> Iterator[None]:
    """What the operator can do something about becomes a sentence and an exit code; everything else is a fault."""
    try:
        yield
    except tuple(_EXIT_CODES) as error:
        code = next(code for kind, code in _EXIT_CODES.items() if isinstance(error, kind))
        raise CommandFailedError(str(error), code) from error
