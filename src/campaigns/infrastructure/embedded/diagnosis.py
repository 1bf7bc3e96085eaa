"""What `doctor` looks at. Nothing here changes anything."""

import asyncio
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec
import nats
import nats.errors
import psycopg
from nats.aio.client import Client

from campaigns.infrastructure.delivery.providers.catalogue import installed_providers
from campaigns.infrastructure.postgres.migrate import missing_migrations
from campaigns.infrastructure.settings import Settings

_OLDEST_POSTGRES = 160_000
_PATIENCE = 5
_CLOCK_TOLERANCE = 1.0
_LOW_DISK = 2 * 1024**3


class Observation(msgspec.Struct, frozen=True):
    """`status` is ok, warning or failed."""

    check: str
    status: str
    detail: str


def diagnose(settings: Settings) -> list[Observation]:
    """Every check, in order; a check that cannot be made is a failed one."""
    found: list[Observation] = []
    for check in (_database, _nats, _names, _disk, _providers):
        found.extend(check(settings))
    return found


def _providers(settings: Settings) -> Iterator[Observation]:
    for provider in installed_providers(settings).all:
        yield Observation(f"provider {provider.name}", "ok", provider.describe())
        for who in provider.signatories:
            yield Observation(f"provider {provider.name} DKIM", "ok", f"to be published: {who.record}")


def _database(settings: Settings) -> Iterator[Observation]:
    url = settings.database()
    if url is None:
        yield Observation("database", "ok", f"embedded, started by `campaigns serve` below {settings.home.absolute()}")
        return
    try:
        with psycopg.connect(url, connect_timeout=_PATIENCE, autocommit=True) as connection:
            yield _version(connection)
            yield _durability(connection)
            yield _schema(connection)
            yield _clock(connection)
    except psycopg.OperationalError as error:
        yield Observation("database", "failed", f"does not answer: {_first_line(error)}")


def _version(connection: psycopg.Connection) -> Observation:
    version = connection.info.server_version
    status = "ok" if version >= _OLDEST_POSTGRES else "failed"
    return Observation("database", status, f"PostgreSQL {version // 10_000}.{version % 10_000} (16 or newer is needed)")


def _durability(connection: psycopg.Connection) -> Observation:
    shown = {name: _setting(connection, name) for name in ("fsync", "synchronous_commit", "full_page_writes")}
    lax = [f"{name} is off" for name, value in shown.items() if value == "off"]
    return Observation("database durability", "failed" if lax else "ok", ", ".join(lax) or "commits are on disk")


def _schema(connection: psycopg.Connection) -> Observation:
    if missing := missing_migrations(connection):
        return Observation("schema", "warning", f"missing: {', '.join(missing)}; run `campaigns migrate`")
    return Observation("schema", "ok", "up to date")


def _clock(connection: psycopg.Connection) -> Observation:
    before = datetime.now(UTC)
    row = connection.execute("select clock_timestamp()").fetchone()
    after = datetime.now(UTC)
    if row is None:
        return Observation("clock", "failed", "the database did not tell the time")
    skew = abs((row[0] - before - (after - before) / 2).total_seconds())
    status = "ok" if skew <= _CLOCK_TOLERANCE else "failed"
    return Observation("clock", status, f"{skew:.3f} s away from the database's (at most {_CLOCK_TOLERANCE:g} s)")


def _nats(settings: Settings) -> Iterator[Observation]:
    if settings.nats_url is None:
        yield Observation("nats", "ok", "embedded, every write is synced before it is acknowledged")
        return
    try:
        yield asyncio.run(asyncio.wait_for(_jetstream(settings), _PATIENCE))
    except (TimeoutError, OSError, nats.errors.Error) as error:
        yield Observation("nats", "failed", f"does not answer: {str(error) or 'no connection'}")
        return
    yield _synced(settings.nats_url)


async def nats_client(settings: Settings) -> Client:
    """To look once; it does not try again."""
    assert settings.nats_url is not None  # noqa: S101 - the caller looked
    return await nats.connect(
        settings.nats_url.split(","),
        user=settings.nats_username,
        password=settings.nats_password.reveal() if settings.nats_password else None,
        token=settings.nats_token.reveal() if settings.nats_token else None,
        allow_reconnect=False,
        error_cb=_quiet,
    )


async def _jetstream(settings: Settings) -> Observation:
    client = await nats_client(settings)
    try:
        account = await client.jetstream(timeout=_PATIENCE).account_info()
        version = client.connected_server_version
        return Observation("nats", "ok", f"NATS {version}, JetStream with {account.streams} streams")
    finally:
        await client.close()


async def _quiet(_error: Exception) -> None:
    """The error is raised as well."""


def _synced(url: str) -> Observation:
    """Told by the server's monitor, on the usual port beside it."""
    host = urlsplit(url.split(",", maxsplit=1)[0]).hostname or "127.0.0.1"
    connection = HTTPConnection(host, 8222, timeout=_PATIENCE)
    try:
        connection.request("GET", "/varz")
        told = msgspec.json.decode(connection.getresponse().read())
        always = told["jetstream"]["config"].get("sync_always") is True
    except (OSError, HTTPException, msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return Observation(
            "nats durability", "warning", f"unknown: no monitor at {host}:8222; set sync_interval: always"
        )
    finally:
        connection.close()
    detail = "every write is synced first" if always else "acknowledges before it is on disk; set sync_interval: always"
    return Observation("nats durability", "ok" if always else "warning", detail)


def _names(settings: Settings) -> Iterator[Observation]:
    urls = {
        "RULES_SERVICE_URL": settings.rules_service_url,
        "TASK_SERVICE_URL": settings.task_service_url,
        "NOTIFICATION_SERVICE_URL": settings.notification_service_url,
    }
    hosts = {name: urlsplit(url).hostname for name, url in urls.items() if url}
    hosts |= {"SMTP_HOST": settings.smtp_host, "DB_HOST": settings.db_host}
    for name, host in hosts.items():
        if host and not host.startswith("/"):
            yield _resolved(name, host)


def _resolved(name: str, host: str) -> Observation:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return Observation(f"dns {name}", "failed", f"{host}: {error.strerror}")
    return Observation(f"dns {name}", "ok", f"{host} is {found[0][4][0]}")


def _disk(settings: Settings) -> Iterator[Observation]:
    there = next(path for path in (settings.home.absolute(), *settings.home.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    status = "ok" if free > _LOW_DISK else "warning"
    yield Observation("disk", status, f"{free / 1024**3:.1f} GB free at {there}")


def _setting(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
