"""The two database roles everything runs as, and how a connection takes one."""

from typing import LiteralString

from psycopg import AsyncConnection, Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

APP = "campaigns_app"
SYSTEM = "campaigns_system"

_PRIVILEGES: LiteralString = "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user"


class UnsafeRoleError(Exception):
    """The role of a connection could look past row-level security; starting with it would void tenant isolation."""


def conninfo_as(role: str, url: str, application_name: str = "campaigns") -> str:
    """The url, with the role taken at connection start: no statement ever runs as the connecting user."""
    given = conninfo_to_dict(url)
    options = f"{given.get('options') or ''} -c role={role}".strip()
    return make_conninfo(url, options=options, application_name=application_name)


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
