"""The two database roles everything runs as, and how a connection takes one."""

from typing import LiteralString

from psycopg import AsyncConnection, Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

APP = "campaigns_app"
SYSTEM = "campaigns_system"

_PRIVILEGES: LiteralString = "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user"


class UnsafeRoleError(Exception):
    """The role of a connection could look past row-level security; starting with it would void tenant isolation."""


_IMPATIENCE = {"connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "3", "tcp_user_timeout": "15000"}
"""A peer that vanished is noticed within seconds, unless the url says otherwise (milliseconds in the last)."""

IDLE_SECONDS = 10
"""A transaction whose process does nothing for so long is ended by Postgres, unless the settings say otherwise."""

_LIMITS = {APP: " -c statement_timeout=15s", SYSTEM: ""}
# A statement ends when its client is gone, and Postgres looks for one whose machine or network says nothing any more.
_LEFT = (
    " -c client_connection_check_interval=2s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=3"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=15000"
)


def conninfo_as(role: str, url: str, application_name: str = "campaigns", *, idle_seconds: float = IDLE_SECONDS) -> str:
    """The url, with the role taken at connection start: no statement ever runs as the connecting user.

    What serves a request also ends after 15 s, whatever it is; the system's work may take its time.
    """
    return _limited(url, f"-c role={role}{_LIMITS[role]} {_idle(idle_seconds)}", application_name)


def conninfo_alone(url: str, application_name: str) -> str:
    """For the connecting user, who migrates: its session, too, ends when it does nothing."""
    return _limited(url, f"{_idle(IDLE_SECONDS)} -c idle_session_timeout={IDLE_SECONDS}s", application_name)


def _idle(seconds: float) -> str:
    return f"-c idle_in_transaction_session_timeout={seconds * 1_000:.0f}"


def _limited(url: str, options: str, application_name: str) -> str:
    given = conninfo_to_dict(url)
    patience = {name: value for name, value in _IMPATIENCE.items() if name not in given}
    all_options = f"{given.get('options') or ''} {options}{_LEFT}".strip()
    return make_conninfo(url, options=all_options, application_name=application_name, **patience)


async def require_harmless(connection: AsyncConnection, role: str) -> None:
    """Refuse to start when the connection is not the given role, or the role bypasses row-level security."""
    found = await (await connection.execute(_PRIVILEGES)).fetchone()
    _judge(found, role)


def require_harmless_now(connection: Connection, role: str) -> None:
    """`require_harmless` for the threads of the event store."""
    _judge(connection.execute(_PRIVILEGES).fetchone(), role)


def _judge(found: tuple[str, bool] | None, role: str) -> None:
    if found is None or found[0] != role:
        raise UnsafeRoleError(f"The connection runs as {found and found[0]!r} instead of {role!r}.")
    if found[1]:
        raise UnsafeRoleError(f"The role {role!r} is a superuser or bypasses row-level security.")
