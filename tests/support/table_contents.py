"""Everything that the tables of a database hold."""

from collections.abc import Iterator

import psycopg
import pyarrow as pa
from psycopg import sql


def tables(database_url: str) -> Iterator[tuple[str, bytes]]:
    """Every value of every row, as bytes, with its table and column."""
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        columns = connection.execute(
            """select c.relname, a.attname, a.atttypid = 'bytea'::regtype
                 from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
                  and not a.attisdropped and has_column_privilege(c.oid, a.attnum, 'select')"""
        ).fetchall()
        assert len(columns) > 200
        for table, column, is_bytes in columns:
            cast = "{}" if is_bytes else "convert_to({}::text, 'UTF8')"
            query = f"select {cast} from {{}} where {{}} is not null"
            name = sql.Identifier(column)
            for (value,) in connection.execute(sql.SQL(query).format(name, sql.Identifier(table), name)):
                yield f"{table}.{column}", bytes(value)
                if (table, column) == ("contact_pages", "people"):
                    with pa.ipc.open_stream(pa.py_buffer(value)) as stream:
                        yield f"{table}.{column}, read", str(stream.read_all().to_pylist()).encode()
