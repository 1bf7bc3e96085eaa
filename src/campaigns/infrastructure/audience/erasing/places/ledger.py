"""The ledger: in the plan an id becomes a null, of a fact what it says of the person goes. Counts stay."""

from collections.abc import Sequence
from typing import LiteralString

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.late_facts import strip
from campaigns.infrastructure.postgres.database import Database

_FIND: LiteralString = """
insert into erased_messages (tenant_id, pseudonym, execution_no, seq)
select e.tenant_id, person.pseudonym, e.execution_no, found.seq
  from executions e
 cross join unnest(%(users)s::text[], %(pseudonyms)s::text[]) as person (user_id, pseudonym)
 cross join lateral seq_in_plan(e.execution_no, person.user_id) as found (seq)
 where e.tenant_id = %(tenant)s and e.execution_no is not null and e.archived_at is null and found.seq is not null
on conflict do nothing"""
_UNNAME: LiteralString = """
update plan_pages p set user_ids[m.seq - p.seq_from + 1] = null
  from erased_messages m
 where m.pseudonym = %(pseudonym)s and p.execution_no = m.execution_no and p.page = m.seq >> 6
   and p.user_ids[m.seq - p.seq_from + 1] = %(user)s"""
_FACTS: LiteralString = """
select f.tableoid, f.ctid::text, f.execution_no, f.seq, f.detail from erased_messages m
  join message_facts f on f.execution_no = m.execution_no and f.seq = m.seq
 where m.pseudonym = any(%s) and f.detail is not null and f.detail <> '{}' for update of f"""


class LedgerPlace:
    """A person stands in an execution once, so that each update meets each page for one person only."""

    name = "ledger"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        named = {"users": [one.user_id for one in people], "pseudonyms": [one.pseudonym for one in people]}
        found = 0
        async with self._database.system() as connection:
            await connection.execute(_FIND, named | {"tenant": tenant_id})
            for one in people:
                unnamed = await connection.execute(_UNNAME, {"pseudonym": one.pseudonym, "user": one.user_id})
                found += unnamed.rowcount
            facts = await (await connection.execute(_FACTS, (named["pseudonyms"],))).fetchall()
            return found + await strip(connection, facts)
