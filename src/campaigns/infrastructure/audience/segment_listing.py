"""Lists of segments: one projection writes them, one query reads them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncCursor

from campaigns.application.audience.ports import SegmentPage
from campaigns.application.shared.context import Caller
from campaigns.domain.audience.segment import Meaning, Segment, SegmentChanged, SegmentCreated, SegmentDeleted
from campaigns.domain.shared.ids import SegmentId, TenantId
from campaigns.domain.shared.names import name_key
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.postgres.database import Database

NAME = "segment_listing"

_CREATE = """
insert into segment_listing (tenant_id, segment_id, version, name, name_key, description, criteria, users, created_by,
                             created_at, updated_at, deleted)
values (%(tenant)s, %(id)s, %(version)s, %(name)s, %(key)s, %(description)s, %(criteria)s::jsonb, %(users)s, %(by)s,
        %(at)s, %(at)s, false)
on conflict (segment_id) do nothing
"""
_CHANGE = """
update segment_listing set version = %(version)s, name = %(name)s, name_key = %(key)s, description = %(description)s,
       criteria = %(criteria)s::jsonb, users = %(users)s, updated_at = %(at)s
 where segment_id = %(id)s
"""
_DELETE = (
    "update segment_listing set version = %(version)s, deleted = true, updated_at = %(at)s where segment_id = %(id)s"
)
_WHERE = """ from segment_listing
 where tenant_id = %(tenant)s and not deleted and (%(search)s::text is null or name_key like %(search)s)"""
_PAGE = f"""
select segment_id, version, name, description, criteria, created_by, created_at, updated_at {_WHERE}
 order by name_key collate "C", segment_id limit %(limit)s offset %(offset)s
"""


async def project(cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
    """The `handle` of the follower `segment_listing`."""
    for recorded in events:
        facts = {"id": recorded.originator_id, "version": recorded.originator_version, "tenant": recorded.tenant_id}
        match recorded.payload:
            case SegmentCreated(meaning=meaning) as created:
                await cursor.execute(_CREATE, {**facts, **_columns(meaning), "at": created.at, "by": created.by})
            case SegmentChanged(meaning=meaning) as changed:
                await cursor.execute(_CHANGE, {**facts, **_columns(meaning), "at": changed.at})
            case SegmentDeleted() as deleted:
                await cursor.execute(_DELETE.encode(), {**facts, "at": deleted.at})


class PostgresSegmentListing:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, caller: Caller, *, search: str | None, limit: int, offset: int) -> SegmentPage:
        asked = {"tenant": caller.tenant_id, "search": _pattern(search), "limit": limit, "offset": offset}
        async with self._database.tenant(caller.tenant_id) as connection:
            rows = await (await connection.execute(_PAGE.encode(), asked)).fetchall()
            counted = await (await connection.execute(f"select count(*) {_WHERE}".encode(), asked)).fetchone()
        segments = tuple(_segment(caller.tenant_id, row) for row in rows)
        return SegmentPage(segments=segments, total=counted[0] if counted else 0)


def _columns(meaning: Meaning) -> dict[str, Any]:
    return {
        "name": meaning.name,
        "key": name_key(meaning.name),
        "description": meaning.description,
        "criteria": None if meaning.criteria is None else msgspec.json.encode(meaning.criteria).decode(),
        "users": None if meaning.user_ids is None else len(meaning.user_ids),
    }


def _segment(tenant_id: TenantId, row: Sequence[Any]) -> Segment:
    return Segment(
        id=SegmentId(row[0]),
        tenant_id=tenant_id,
        version=row[1],
        meaning=Meaning(name=row[2], description=row[3], criteria=row[4]),
        created_by=row[5],
        created_at=row[6],
        updated_at=row[7],
    )


def _pattern(search: str | None) -> str | None:
    if not search:
        return None
    text = name_key(search)
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
