"""Reading the log in order, from an asynchronous connection."""

from eventsourcing.persistence import Notification
from psycopg import AsyncConnection

from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorded import Recorded

_NEXT = """
    select position, originator_id, originator_version, topic, state from events
     where position > %s order by position limit %s"""


async def read_log(connection: AsyncConnection, mapper: MsgspecMapper, *, after: int, limit: int) -> list[Recorded]:
    """The next events the connection may see (one tenant's, or all). Positions are complete up to the last one."""
    cursor = await connection.execute(_NEXT, (after, limit), binary=True)
    return [
        mapper.to_recorded(Notification(originator_id, version, topic, bytes(state), position), position)
        for position, originator_id, version, topic, state in await cursor.fetchall()
    ]
