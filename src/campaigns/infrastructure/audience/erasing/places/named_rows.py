"""Every table of tenants with a column `user_id` (suppressions, conversions, histories), and pages of contacts.

The row stays and counts; the id becomes a pseudonym, and of documents beside it nothing stays.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import AsyncConnection, sql

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_TABLES: LiteralString = """
select c.relname, array_remove(array_agg(a.attname::text) filter (where a.atttypid = 'jsonb'::regtype), null)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
 group by c.relname
having bool_or(a.attname = 'tenant_id') and bool_or(a.attname = 'user_id')"""
_THE_JOURNAL = "erasures"
_CHANGE: LiteralString = """
update {table} t set user_id = person.pseudonym {emptied}
  from unnest(%s::text[], %s::text[]) as person (user_id, pseudonym)
 where t.tenant_id = %s and t.user_id = person.user_id"""
_CONTACTS: LiteralString = """
delete from contact_pages p using erased_messages m
 where m.pseudonym = any(%s) and p.execution_no = m.execution_no and m.seq between p.seq_from and p.seq_to"""


class NamedRows:
    name = "rows"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        asked = ([one.user_id for one in people], [one.pseudonym for one in people], tenant_id)
        found = 0
        async with self._database.system() as connection:
            for statement in await _changes(connection):
                found += (await connection.execute(statement, asked)).rowcount
            await connection.execute(_CONTACTS, (asked[1],))  # made anew from the plan when asked for
        return found


async def tables_that_name_people(connection: AsyncConnection) -> list[tuple[str, Sequence[str]]]:
    """With the documents beside the names; the journal of erasures is none of them."""
    rows = await (await connection.execute(_TABLES)).fetchall()
    return [(table, documents or []) for table, documents in rows if table != _THE_JOURNAL]


async def _changes(connection: AsyncConnection) -> list[sql.Composed]:
    return [_change(table, documents) for table, documents in await tables_that_name_people(connection)]


def _change(table: str, documents: Sequence[str]) -> sql.Composed:
    emptied = [sql.SQL(", {} = '{{}}'").format(sql.Identifier(column)) for column in documents]
    return sql.SQL(_CHANGE).format(table=sql.Identifier(table), emptied=sql.Composed(emptied))
