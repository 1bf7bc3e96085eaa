"""The plan is packed into pages; nobody can tell from the lines that it shows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.infrastructure.delivery.plan_lines import PlanLines
from campaigns.infrastructure.delivery.plan_pages import COLUMNS, HEADER, TRAILER, Pages, PlanPages
from campaigns.infrastructure.postgres import migrate as migrating
from campaigns.infrastructure.postgres.migrate import migrate, migration_files

Line = tuple[int, int, int, int, str]
LARGE = 1_073_741_824


def _packed(reasons: Sequence[int], user_ids: Sequence[str], batch: int) -> tuple[list[Pages], list[Line]]:
    """The pages of people in batches, and the lines they were made of."""
    numbering, packing = PlanLines(10**6), PlanPages()
    pages: list[Pages] = []
    lines: list[Line] = []
    for first in range(0, len(reasons), batch):
        some = np.array(reasons[first : first + batch], np.int16)
        columns = {"variant": some % 3 - 1, "channel": some % 4 - 1, "reason": some}
        ids = pa.array(user_ids[first : first + batch], pa.string())
        numbered = numbering.number(
            pa.record_batch({"user_id": ids} | {name: pa.array(values, pa.int16()) for name, values in columns.items()})
        )
        pages += packing.add(numbered)
        lines += [tuple(line.values()) for line in numbered.to_pylist()]  # type: ignore[misc]
    return [*pages, *packing.rest()], sorted(lines)


def _stored(url: str, execution_no: int) -> list[Line]:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        shown = "seq, variant, channel, reason, user_id"
        query = f"select {shown} from messages where execution_no = %s order by seq"
        return list(connection.execute(query.encode(), (execution_no,)).fetchall())


def _copy(url: str, execution_no: int, pages: Sequence[Pages]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        connection.execute("set role campaigns_system")
        connection.execute("select create_plan_partition(%s)", (execution_no,))
        copying = f"copy plan_pages_{execution_no} ({COLUMNS}) from stdin (format binary, freeze)"
        with cursor.copy(copying.encode()) as copy:
            copy.write(b"".join((HEADER, *(some.encoded() for some in pages), TRAILER)))
        connection.execute("select attach_plan_partition(%s)", (execution_no,))


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 7]), min_size=1, max_size=400), st.integers(1, 150))
@settings(max_examples=100)
def test_every_line_is_in_the_page_of_its_number_once(reasons: list[int], batch: int) -> None:
    pages, lines = _packed(reasons, [f"u{n:04}" for n in range(len(reasons))], batch)
    unpacked: list[Line] = []
    for page, seq_from, variants, channels, kept_back, ids in (row for some in pages for row in some.rows()):
        assert {seq >> 6 for seq in range(seq_from, seq_from + len(ids))} == {page}
        columns = (variants, channels, kept_back, ids)
        unpacked += [
            (seq, v - 1, c - 1, r, user_id)
            for seq, (v, c, r, user_id) in enumerate(zip(*columns, strict=True), seq_from)
        ]
    assert sorted(unpacked) == lines
    assert len({row[0] for some in pages for row in some.rows()}) == sum(len(list(some.rows())) for some in pages)


@pytest.mark.parametrize("ids", ["u{:06}", "{:06}-Владимир-\U0001f600", "{:0255}"])
def test_a_copied_plan_is_shown_line_by_line(database_url: str, ids: str) -> None:
    reasons = [0, 0, 0, 1, 0, 2, 0, 5] * 500
    pages, lines = _packed(reasons, [ids.format(n) for n in range(len(reasons))], 1_111)
    _copy(database_url, LARGE, pages)
    assert _stored(database_url, LARGE) == lines


def test_everybody_is_found_by_their_id_and_nobody_else_whoever_was_erased(database_url: str) -> None:
    reasons = [0, 0, 1] * 300
    ids = [f"u{2 * n:04}" for n in range(len(reasons))]
    pages, lines = _packed(reasons, ids, 250)
    _copy(database_url, LARGE, pages)
    with psycopg.connect(database_url) as connection:
        connection.execute("set role campaigns_system")
        erased = {2, 3, 4} | set(range(64, 70)) | set(range(192, 256)) | set(range(-128, -64)) | {-1, -300, 600}
        for seq in erased:
            connection.execute(
                "update plan_pages set user_ids[%s - seq_from + 1] = null where execution_no = %s and page = %s >> 6",
                (seq, LARGE, seq),
            )
        asked = [*ids, *(f"u{2 * n + 1:04}" for n in range(len(ids))), "", "z"]
        rows = connection.execute("select id, seq_in_plan(%s, id) from unnest(%s::text[]) id", (LARGE, asked))
        found = {user_id: seq for user_id, seq in rows.fetchall() if seq is not None}
    assert found == {line[4]: line[0] for line in lines if line[0] not in erased}


def test_plans_that_were_stored_line_by_line_move_into_pages(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = migration_files()
    before = {name: text for name, text in files.items() if name < "0015"}
    monkeypatch.setattr(migrating, "migration_files", lambda: before)
    migrate(empty_database_url)
    lines: list[Any] = []
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("select create_messages_partition(%s)", (LARGE,))
        connection.execute("select attach_messages_partition(%s)", (LARGE,))
        for number in (7, LARGE):
            lines = [(seq, seq % 3 - 1, seq % 2 - 1, int(seq < 0), f"u{seq}") for seq in range(-130, 200) if seq]
            insert = "insert into messages values (%s, %s, %s, %s, %s, %s)"
            connection.cursor().executemany(insert, [(number, *line) for line in lines])
    monkeypatch.setattr(migrating, "migration_files", lambda: files)
    migrate(empty_database_url)
    assert _stored(empty_database_url, 7) == lines
    assert _stored(empty_database_url, LARGE) == lines
