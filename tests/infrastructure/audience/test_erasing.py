"""What is kept of erasures, inside and outside the database."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.journal import ErasureJournal, Noted
from campaigns.infrastructure.audience.erasing.keys import ErasureKey, parse_erasure_key, persisted_erasure_key
from campaigns.infrastructure.audience.erasing.late_facts import Names, impersonal
from campaigns.infrastructure.audience.erasing.suppressed import SuppressedOrErased
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.composing import CompositionError
from campaigns.infrastructure.postgres.database import Database

ACME, NOW = TenantId("acme"), datetime(2026, 11, 21, tzinfo=UTC)
KEY = ErasureKey(bytes(32))

# Columns that name a person; each has to be reached by a place of `erasing/places`.
REACHED = {
    "user_id": "named_rows: any table with a tenant beside it",
    "user_ids": "ledger: pages of the plan",
    "first_user": "named_rows: pages of contacts",
    "last_user": "named_rows: pages of contacts",
    "people": "named_rows: pages of contacts; in dry runs a count",
    "users": "a count",
}


def noted(number: int) -> Noted:
    return Noted(
        tenant_id=ACME, digest=f"{number:064x}", erasure_id=UUID(int=number), requested_at=NOW, requested_by="anna"
    )


def test_the_journal_knows_everybody_once_and_forgives_half_a_line(tmp_path: Path) -> None:
    journal = ErasureJournal(tmp_path / "archive" / "erasures.jsonl")
    assert list(journal.every()) == []
    journal.note([noted(1), noted(2)])
    journal.note([noted(1)])
    with (tmp_path / "archive" / "erasures.jsonl").open("ab") as file:
        file.write(b'{"tenant_id": "ac')
    assert {one.erasure_id.int for one in journal.every()} == {1, 2}


def test_the_key_of_a_home_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    first, second = persisted_erasure_key(tmp_path), persisted_erasure_key(tmp_path)
    assert first.digest("u1") == second.digest("u1") != KEY.digest("u1")
    assert (tmp_path / "erasure.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["erasure.key"]


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 65])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CompositionError):
        parse_erasure_key(text)


def test_whoever_was_erased_is_sent_nothing_even_when_no_list_names_them(database_url: str) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            erasures = PostgresErasures(database, KEY)
            suppressed = SuppressedOrErased(PostgresSuppressions(database), erasures)
            await erasures.request(ACME, UserId("u1"), erasure_id=UUID(int=1), by="anna", at=NOW)
            (due,) = await erasures.due(NOW, 10)
            async with database.system() as connection:
                assert not await erasures.looked(connection, due, {"ledger": 2}, NOW)
            assert await erasures.due(NOW, 10) == []
            (again,) = await erasures.due(datetime(2027, 1, 1, tzinfo=UTC), 10)
            async with database.system() as connection:
                assert await erasures.looked(connection, again, {"ledger": 3}, NOW)
                assert not await erasures.looked(connection, again, {"ledger": 3}, NOW), "it was ended before"
            done = await erasures.get(ACME, UUID(int=1))
            assert (done.status, done.user_id, done.found) == ("erased", None, {"ledger": 3})
            async with database.system() as connection:
                await connection.execute("delete from suppressions")
            found = await suppressed.among(ACME, UUID(int=9), ["u0", "u1"])
            assert (list(found), set(found["u1"].values())) == (["u1"], {"deleted"})
            assert await suppressed.among(TenantId("globex"), UUID(int=9), ["u1"]) == {}

    asyncio.run(story())


def test_hits_of_a_person_are_told_apart_without_telling_who() -> None:
    name = Names().of((1, 1))
    hits = [
        {"address_hash": "ab12", "user_agent": "Firefox/140", "link": 0},
        {"address_hash": "cd34"},
        {"address_hash": "ab12"},
    ]
    first, second, third = (impersonal(hit, name) for hit in hits)
    assert first == {"address_hash": "erased-1", "user_agent": "erased", "link": 0}
    assert (second["address_hash"], third["address_hash"]) == ("erased-2", "erased-1")
    assert impersonal({"user_agent": "GoogleImageProxy"}, name) == {"user_agent": "GoogleImageProxy"}


def test_every_column_that_names_a_person_is_reached(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            """select c.table_name, c.column_name, t.tenant from information_schema.columns c
                 join information_schema.tables b using (table_schema, table_name)
                cross join lateral (select bool_or(o.column_name = 'tenant_id') as tenant
                                      from information_schema.columns o where o.table_name = c.table_name) t
                where c.table_schema = 'public' and b.table_type = 'BASE TABLE'
                  and c.column_name ~ '(user|person|people|email|phone|address|recipient)'"""
        ).fetchall()
    named = {(table, column) for table, column, _ in rows if not table.startswith("plan_pages_")}
    assert {column for _, column in named} <= REACHED.keys(), "say by which place it is reached"
    assert {table for table, column, tenant in rows if column == "user_id" and not tenant} == set()
