"""What was recorded for ever: lists of named users and criteria about one person, within campaigns and segments."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec

from campaigns.domain.audience.erasure import Forgotten, without_people
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_HOLDING: LiteralString = """
select position, state from events
 where tenant_id = %(tenant)s
   and exists (select from unnest(%(texts)s::bytea[]) text where position(text in state) > 0)
 order by position"""
_REWRITE: LiteralString = "update events set state = %s where position = %s"
_SNAPSHOTS: LiteralString = """
delete from snapshots
 where tenant_id = %(tenant)s
   and exists (select from unnest(%(texts)s::bytea[]) text where position(text in state) > 0)"""


class RecordedEvents:
    """A pseudonym takes the place of the id, so that histories and approvals tell of as many people as before."""

    name = "events"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        asked = {"tenant": tenant_id, "texts": written(people)}
        async with self._database.system() as connection:
            rows = await (await connection.execute(_HOLDING, asked)).fetchall()
            changed = [(after, at) for at, state in rows if (after := rewritten(bytes(state), people)) != bytes(state)]
            if changed:
                await connection.cursor().executemany(_REWRITE, changed)
            return len(changed) + (await connection.execute(_SNAPSHOTS, asked)).rowcount


def written(people: Sequence[Forgotten]) -> list[bytes]:
    """Their ids as JSON, and what leads to them, as it stands within JSON."""
    ids = [msgspec.json.encode(one.user_id) for one in people]
    return ids + [as_written(trace) for one in people for trace in one.traces]


def as_written(text: str) -> bytes:
    """As it stands within a JSON text."""
    return msgspec.json.encode(text)[1:-1]


def rewritten(document: bytes, people: Sequence[Forgotten]) -> bytes:
    """The same bytes when nobody of them is in it."""
    before: Any = msgspec.json.decode(document)
    after = without_people(before, people)
    return document if after == before else msgspec.json.encode(after)
