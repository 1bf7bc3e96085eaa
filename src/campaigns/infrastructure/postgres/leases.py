"""A lease: which process may do what only one at a time should do."""

from campaigns.infrastructure.postgres.database import Database

_ACQUIRE = """
insert into leases as held (name, holder, expires_at, fence)
values (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s), 1)
on conflict (name) do update
  set holder = excluded.holder, expires_at = excluded.expires_at, fence = held.fence + 1
  where held.expires_at <= clock_timestamp()
returning fence
"""
_RENEW = """
update leases set expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
where name = %(name)s and fence = %(fence)s and expires_at > clock_timestamp()
"""
# The row stays, so that the fence keeps growing.
_RELEASE = "update leases set expires_at = '-infinity' where name = %(name)s and fence = %(fence)s"


class Lease:
    """Held for `seconds` after each acquire or renew, by the clock of Postgres.

    Each holder has a larger fence than all before it, so that one that lost the lease can neither renew nor release it.
    It saves work, it guards nothing: for a moment two may act, and what they do must bear that.
    """

    def __init__(self, database: Database, name: str, holder: str, seconds: float = 15.0) -> None:
        self.name = name
        self.seconds = seconds
        self._database = database
        self._holder = holder

    async def acquire(self) -> int | None:
        """The fence; None while somebody else holds it."""
        async with self._database.system_statement() as connection:
            row = await (await connection.execute(_ACQUIRE, self._values())).fetchone()
        return int(row[0]) if row else None

    async def renew(self, fence: int) -> bool:
        """Whether it is still ours; once it has run out it is lost, even if nobody took it."""
        async with self._database.system_statement() as connection:
            return (await connection.execute(_RENEW, self._values(fence))).rowcount == 1

    async def release(self, fence: int) -> None:
        """Let the next one in at once; harmless when it was lost before."""
        async with self._database.system() as connection:
            await connection.execute(_RELEASE, self._values(fence))

    def _values(self, fence: int = 0) -> dict[str, str | float | int]:
        return {"name": self.name, "holder": self._holder, "seconds": self.seconds, "fence": fence}
