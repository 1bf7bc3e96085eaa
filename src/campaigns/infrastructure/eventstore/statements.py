"""The SQL of the log. Lists travel as arrays, so that one statement serves any number of events."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.mapper import StoredRecord

CHANNEL = "events"

LOCK: LiteralString = "select position from feed_head for update"

# The update takes the row that all writers queue for: positions have no gap and become visible in their order.
APPEND: LiteralString = """
with head as (
  update feed_head set position = position + %(n)s returning position - %(n)s as base
), stored as (
  insert into events (position, tenant_id, originator_id, originator_version, topic, command_id, state)
  select head.base + given.number, given.tenant_id, given.originator_id, given.version, given.topic, given.command_id,
         given.state
  from head, unnest(%(tenants)s::text[], %(ids)s::uuid[], %(versions)s::integer[], %(topics)s::text[],
                    %(commands)s::uuid[], %(states)b::bytea[])
    with ordinality as given(tenant_id, originator_id, version, topic, command_id, state, number)
  returning position
)
select max(position), pg_notify('events', max(position)::text) from stored
"""

RELEASE: LiteralString = """
delete from reservations held
using unnest(%(tenants)s::text[], %(kinds)s::text[], %(keys)s::text[], %(holders)s::uuid[])
  as given(tenant_id, kind, key, holder)
where (held.tenant_id, held.kind, held.key, held.holder) = (given.tenant_id, given.kind, given.key, given.holder)
"""

# Returns what is now held by its taker; what is missing in the answer belongs to somebody else.
TAKE: LiteralString = """
insert into reservations (tenant_id, kind, key, holder)
select * from unnest(%(tenants)s::text[], %(kinds)s::text[], %(keys)s::text[], %(holders)s::uuid[])
on conflict (tenant_id, kind, key) do update set holder = excluded.holder
  where reservations.holder = excluded.holder
returning tenant_id, kind, key
"""

COUNT: LiteralString = """
select given.tenant_id, given.kind, given.most
from unnest(%(tenants)s::text[], %(kinds)s::text[], %(limits)s::bigint[]) as given(tenant_id, kind, most)
where given.most < (select count(*) from reservations r where (r.tenant_id, r.kind) = (given.tenant_id, given.kind))
"""

ALREADY: LiteralString = """
select position from events
where originator_id = %(id)s and originator_version = %(version)s and command_id = %(command)s
"""

HISTORY: LiteralString = """
select position, originator_id, originator_version, topic, state from events
where originator_id = %(id)s and originator_version > %(gt)s and originator_version <= %(lte)s
"""

AFTER: LiteralString = """
select position, originator_id, originator_version, topic, state from events
where position > %(after)s order by position limit %(limit)s
"""

SNAPSHOT: LiteralString = """
insert into snapshots (tenant_id, originator_id, originator_version, topic, state)
values (%(tenant)s, %(id)s, %(version)s, %(topic)s, %(state)s)
on conflict (originator_id, originator_version) do update set topic = excluded.topic, state = excluded.state
"""

SNAPSHOTS: LiteralString = """
select originator_id, originator_version, topic, state from snapshots
where originator_id = %(id)s and originator_version > %(gt)s and originator_version <= %(lte)s
"""

BY_COMMAND: LiteralString = """
select originator_id, originator_version, position from events
where command_id = %(command)s and tenant_id = %(tenant)s order by position desc limit 1
"""

NEWEST_VERSION = 2**31 - 1


def appended(records: Sequence[StoredRecord]) -> dict[str, Any]:
    """The parameters of APPEND."""
    return {
        "n": len(records),
        "tenants": [record.tenant_id for record in records],
        "ids": [record.originator_id for record in records],
        "versions": [record.originator_version for record in records],
        "topics": [record.topic for record in records],
        "commands": [record.command_id for record in records],
        "states": [record.state for record in records],
    }


def claimed(saves: Sequence[tuple[StoredRecord, Claims]]) -> Mapping[LiteralString, dict[str, list[Any]]]:
    """The statements that these claims need, in their order, each with its parameters."""
    released = [(r.tenant_id, kind, key, r.originator_id) for r, claims in saves for kind, key in claims.release]
    taken = [(r.tenant_id, kind, key, r.originator_id) for r, claims in saves for kind, key in claims.take]
    limited = [(r.tenant_id, kind, most) for r, claims in saves for kind, most in claims.limits.items()]
    wanted = (
        (RELEASE, ("tenants", "kinds", "keys", "holders"), released),
        (TAKE, ("tenants", "kinds", "keys", "holders"), taken),
        (COUNT, ("tenants", "kinds", "limits"), limited),
    )
    return {
        statement: {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        for statement, names, rows in wanted
        if rows
    }
