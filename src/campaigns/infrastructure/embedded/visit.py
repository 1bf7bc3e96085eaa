"""Commands that need the embedded servers for a moment: those of a running service, else started for the while."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home, HomeInUseError
from campaigns.infrastructure.embedded.nats import EmbeddedNats, running_address
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres
from campaigns.infrastructure.settings import Secret, Settings


@contextmanager
def servers_at_hand(settings: Settings, migrate: Callable[[str], object]) -> Iterator[Settings]:
    """The settings with addresses of databases and NATS that answer; what was started is stopped again."""
    if not (settings.embedded_database() or settings.embedded_nats()):
        yield settings
        return
    home = Home(settings.home)
    with ExitStack() as stack:
        try:
            stack.enter_context(home)
        except HomeInUseError:
            yield _running(settings, home)
        else:
            yield _started(settings, home, migrate, stack)


def _running(settings: Settings, home: Home) -> Settings:
    postgres = EmbeddedPostgres(home, servers_account(settings.run_as))
    return _addressed(settings, postgres.url(), running_address(home))


def _started(settings: Settings, home: Home, migrate: Callable[[str], object], stack: ExitStack) -> Settings:
    account = servers_account(settings.run_as)
    postgres, nats = EmbeddedPostgres(home, account), EmbeddedNats(home, account)
    if settings.embedded_database():
        stack.callback(postgres.stop)
        postgres.start()
        migrate(postgres.url())
    if settings.embedded_nats():
        stack.callback(nats.stop)
        nats.start()
    return _addressed(settings, postgres.url(), nats.url())


def _addressed(settings: Settings, database: str, nats: str | None) -> Settings:
    return replace(
        settings,
        database_url=Secret(database) if settings.embedded_database() else settings.database_url,
        nats_url=nats if settings.embedded_nats() else settings.nats_url,
        home=Path(settings.home).absolute(),
    )
