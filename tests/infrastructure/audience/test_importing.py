"""Uploads are read by a real child process under its limits."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.infrastructure.audience.workbooks import workbook

from campaigns.infrastructure.audience.importing.child import Done, Task
from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused
from campaigns.infrastructure.audience.importing.prescan import prescan


def taken_in(source: Path, **limits: Any) -> tuple[Done, Path]:
    target, scratch = source.with_suffix(".part"), source.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    task = Task(
        source=str(source),
        file_format=source.suffix[1:],
        target=str(target),
        scratch=str(scratch),
        limits=ImportLimits(**limits),
    )
    command = [sys.executable, "-m", "campaigns.infrastructure.audience.importing.child"]
    ended = subprocess.run(
        command, input=msgspec.json.encode(task) + b"\n", capture_output=True, timeout=100, check=False
    )
    lines = ended.stdout.splitlines()
    if not lines:
        return Done(error=f"broke off with {ended.returncode}"), target
    return msgspec.convert(msgspec.json.decode(lines[-1])["done"], Done), target


def csv(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_people_are_sorted_and_the_last_row_of_each_wins(tmp_path: Path) -> None:
    done, target = taken_in(csv(tmp_path, "user_id;n\nb;1\na;2\nb;3\nÄ;4\nB;5\n"))
    assert (done.imported, done.replaced, done.error) == (4, 1, None)
    rows = [(row["user_id"], row["n"]) for row in pq.read_table(target).to_pylist()]
    assert rows == [("B", 5), ("a", 2), ("b", 3), ("Ä", 4)]


def test_kinds_are_inferred_only_when_every_value_fits(tmp_path: Path) -> None:
    content = "user_id,whole,ratio,zipped,flag,day,mixed,phone\n1,5,5,007,true,2027-01-01,1,4912345\n2,-7,0.5,12,false,2027-01-01T10:00:00+02:00,x,4912346\n"
    done, _ = taken_in(csv(tmp_path, content))
    assert done.columns == {
        "user_id": "text",
        "whole": "integer",
        "ratio": "number",
        "zipped": "text",
        "flag": "boolean",
        "day": "instant",
        "mixed": "text",
        "phone": "text",
    }


def test_many_rows_end_in_many_row_groups(tmp_path: Path) -> None:
    lines = "".join(f"u{n % 70_000:06},{n}\n" for n in range(140_000))
    done, target = taken_in(csv(tmp_path, "user_id,n\n" + lines))
    assert (done.rows, done.imported, done.replaced) == (140_000, 70_000, 70_000)
    table = pq.read_table(target)
    assert table.column("user_id").to_pylist() == [f"u{n:06}" for n in range(70_000)]
    assert table.column("n").to_pylist() == list(range(70_000, 140_000))
    assert pq.ParquetFile(target).num_row_groups >= 3


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "the file is empty"),
        (b"\n", "the header names no column user_id"),
        (b"user_id\n", "the file holds no row that can be taken in; what counted before still counts"),
        (b"user_id,User_ID\na,b\n", "the header names a column twice"),
        (b"user_id,a\x07\na,b\n", "the header holds 'a\\x07', which cannot name a column"),
        (b"user_id\n\xff\xfe\n", "the file is not UTF-8 text"),
        (b'user_id\n"a\n', "the file is not CSV: unexpected end of data"),
    ],
)
def test_what_is_no_table_of_people_is_refused_with_a_reason(tmp_path: Path, content: bytes, error: str) -> None:
    assert taken_in(csv(tmp_path, content))[0].error == error


def test_every_row_left_out_is_named_with_its_rule(tmp_path: Path) -> None:
    content = f"user_id,a\nu1,x\n,x\n{'u' * 256},x\nu2,{'x' * 10_001}\nu3,x,y\nu4,a\0b\n\nu5\n"
    done, _ = taken_in(csv(tmp_path, content))
    assert (done.imported, done.rejected) == (2, 5)
    assert [told["row"] for told in done.rejections] == [3, 4, 5, 6, 7]


def test_a_spreadsheet_is_read(tmp_path: Path) -> None:
    cells: dict[str, str | float] = {"A1": "user_id", "B1": "orders", "A2": "u1", "B2": 5, "A3": 17, "B3": 2.5}
    done, target = taken_in(workbook(tmp_path / "people.xlsx", cells))
    assert done.columns == {"user_id": "text", "orders": "number"}
    assert [row["user_id"] for row in pq.read_table(target).to_pylist()] == ["17", "u1"]


def test_a_tiny_spreadsheet_with_a_far_away_cell_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    done, _ = taken_in(workbook(tmp_path / "bomb.xlsx", {"A1": "user_id", "XFD1048576": "x"}))
    assert done.error == "the spreadsheet has more than 500 columns"


def test_a_file_that_only_calls_itself_a_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"user_id\nu1\n")
    assert taken_in(path)[0].error == "the file is not a spreadsheet in the format .xlsx"


@given(changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=5), cut=st.integers(0))
@settings(max_examples=150, deadline=None)
def test_a_damaged_spreadsheet_is_refused_or_parsed_but_never_breaks_the_look_at_it(
    changes: list[tuple[int, int]], cut: int
) -> None:
    with TemporaryDirectory() as folder:
        path = workbook(Path(folder, "people.xlsx"), {f"A{row}": f"u{row * row}" for row in range(1, 40)})
        content = bytearray(path.read_bytes())
        for place, byte in changes:
            content[place % len(content)] = byte
        path.write_bytes(content[: len(content) - cut % 50])
        with suppress(Refused):
            prescan(path, "xlsx", ImportLimits())


@pytest.mark.parametrize("content", [b"P", b"PAR1", b"PAR1PAR", b"PAR1....PAR2"])
def test_a_file_that_only_calls_itself_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "people.parquet"
    path.write_bytes(content)
    with pytest.raises(Refused, match="not a Parquet file"):
        prescan(path, "parquet", ImportLimits())


def test_a_typed_file_keeps_its_kinds(tmp_path: Path) -> None:
    table = pa.table(
        {
            "user_id": ["b", "a", "b", None, ""],
            "n": [1.5, float("nan"), float("inf"), 3.0, 4.0],
            "tags": [["x"], [], None, ["y"], []],
            "day": pa.array([1, 2, 3, 4, 5], pa.date32()),
        }
    )
    pq.write_table(table, tmp_path / "people.parquet")
    done, target = taken_in(tmp_path / "people.parquet")
    assert (done.imported, done.replaced, done.rejected) == (2, 1, 2)
    assert done.columns == {"user_id": "text", "n": "number", "tags": "texts", "day": "instant"}
    assert [row["n"] for row in pq.read_table(target).to_pylist()] == [None, None]


def test_a_column_no_criteria_can_speak_of_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": ["a"], "s": [{"x": 1}]}), tmp_path / "people.parquet")
    error = taken_in(tmp_path / "people.parquet")[0].error
    assert error is not None
    assert error.startswith("the column 's' is of type STRUCT")


def test_a_small_parquet_file_that_holds_twenty_gigabytes_harms_nobody(tmp_path: Path) -> None:
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), ["x" * 2_000_000])
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"user_id": [f"u{n}" for n in range(10_000)], "t": long}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    done, _ = taken_in(path, address_space=3_000_000_000, cpu_seconds=60)
    assert done.error is not None


def test_a_reader_that_needs_more_memory_than_it_may_use_is_broken_off(tmp_path: Path) -> None:
    lines = "".join(f"u{n:06},{'x' * 500}\n" for n in range(40_000))
    done, _ = taken_in(csv(tmp_path, "user_id,text\n" + lines), address_space=10_000_000)
    assert done.error is not None
