"""Reading the list of suppressions, page by page."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection

from campaigns.application.audience.ports import SuppressionPage
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.suppression import REASONS, Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.skip_reasons import SkipReason

ROW = "user_id, channel, reason, source, created_by, created_at"
_WANTED = """
    from suppressions
   where tenant_id = %(tenant)s and (%(user)s::text is null or user_id = %(user)s)
     and (%(channel)s::text is null or channel = %(channel)s)
     and (%(reason)s::smallint is null or reason = %(reason)s)"""
_COUNT = f"select count(*) {_WANTED}"
_PAGE = f"""
  select {ROW} {_WANTED}
     and (%(after_user)s::text is null or (user_id, channel) > (%(after_user)s, %(after_channel)s))
   order by user_id, channel limit %(most)s"""


async def page_of(
    connection: AsyncConnection, asked: Mapping[str, Any], limit: int, cursor: str | None
) -> SuppressionPage:
    """`asked`: tenant, user, channel, reason (a number); all but the tenant may be None."""
    asked = {**asked, **_after(cursor), "most": limit + 1}
    counted = await (await connection.execute(_COUNT, asked)).fetchone()
    rows = await (await connection.execute(_PAGE, asked)).fetchall()
    shown = [read(row) for row in rows[:limit]]
    more = f"{shown[-1].channel}:{shown[-1].user_id}" if len(rows) > limit else None
    return SuppressionPage(suppressions=tuple(shown), total=counted[0] if counted else 0, next_cursor=more)


def read(row: Sequence[Any]) -> Suppression:
    """A row with the columns of `ROW`."""
    channel = row[1] if row[1] == "*" else ChannelType(row[1])
    return Suppression(
        user_id=row[0],
        channel=channel,
        reason=REASONS[SkipReason(row[2])],
        source=row[3],
        created_by=row[4],
        created_at=row[5],
    )


def _after(cursor: str | None) -> dict[str, str | None]:
    if cursor is None:
        return {"after_user": None, "after_channel": None}
    channel, separator, user_id = cursor.partition(":")
    if not separator or "\0" in cursor:
        raise InvalidAudienceError("The cursor cannot be used", (Violation("/cursor", "is not a cursor of this list"),))
    return {"after_user": user_id, "after_channel": channel}
