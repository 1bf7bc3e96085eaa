"""People who arrive one by one, written into a dataset: as if they had always been there."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.audience.arriving import merging
from campaigns.infrastructure.audience.arriving.merging import merge
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.rewriting import holds, write_without

USERS = st.sampled_from([f"{letter}{n}" for letter in "aéz" for n in range(6)])
PEOPLE = st.dictionaries(USERS, st.fixed_dictionaries({"country": st.sampled_from(["DE", "FR"])}), max_size=18)
CHANGES = st.dictionaries(
    USERS, st.fixed_dictionaries({}, optional={"country": st.sampled_from(["KZ", None]), "age": st.integers(0, 99)})
)


def written(path: Path, people: Mapping[str, Mapping[str, Any]]) -> Path:
    rows = [{"user_id": user, **people[user]} for user in sorted(people)]
    schema = pa.schema({"user_id": pa.string(), "country": pa.string()})
    pq.write_table(pa.Table.from_pylist(rows, schema), path, row_group_size=3)
    return path


def rows_of(path: Path) -> dict[str, dict[str, Any]]:
    rows = pq.read_table(path).to_pylist()
    ids = [row["user_id"] for row in rows]
    assert ids == sorted(ids), "a dataset is in the order of its ids"
    return {row.pop("user_id"): row for row in rows}


@given(PEOPLE.filter(bool), CHANGES.filter(bool))
def test_what_is_told_overlays_what_is_known(
    people: Mapping[str, Mapping[str, Any]], changes: Mapping[str, Mapping[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = written(Path(folder, "people.parquet"), people)
        target = Path(folder, "merged.parquet")
        count, columns = merge(source, target, {"user_id": Kind.TEXT, "country": Kind.TEXT}, changes)
        found = rows_of(target)
    expected = {
        user: {"country": None, **people.get(user, {}), **changes.get(user, {})} for user in {*people, *changes}
    }
    if "age" in columns:
        expected = {user: {"age": None, **row} for user, row in expected.items()}
    assert (found, count) == (expected, len(expected))


def test_the_first_people_ever_make_a_dataset(tmp_path: Path) -> None:
    told = {"u2": {"email": "b@x", "vip": True, "spent": 1.5, "tags": ["a"]}, "u1": {"email": "a@x"}}
    count, columns = merge(None, tmp_path / "p.parquet", {}, told)
    assert (count, list(rows_of(tmp_path / "p.parquet"))) == (2, ["u1", "u2"])
    assert columns == {
        "user_id": Kind.TEXT,
        "email": Kind.TEXT,
        "vip": Kind.BOOLEAN,
        "spent": Kind.NUMBER,
        "tags": Kind.TEXTS,
    }


def test_a_value_that_a_column_cannot_take_is_none(tmp_path: Path) -> None:
    columns = {"user_id": Kind.TEXT, "age": Kind.INTEGER, "since": Kind.INSTANT, "name": Kind.TEXT}
    told = {"u1": {"age": "old", "since": "2026-01-01T00:00:00Z", "name": 7}}
    merge(None, tmp_path / "p.parquet", columns, told)
    row = rows_of(tmp_path / "p.parquet")["u1"]
    assert (row["age"], row["since"].isoformat(), row["name"]) == (None, "2026-01-01T00:00:00+00:00", "7")


def test_a_group_that_grows_too_large_becomes_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "ROWS_PER_GROUP", 4)
    columns = {"user_id": Kind.TEXT}
    merge(None, tmp_path / "1.parquet", columns, {f"u{n}": {} for n in range(7)})
    merge(tmp_path / "1.parquet", tmp_path / "2.parquet", columns, {"u7": {}})
    groups = [pq.ParquetFile(tmp_path / f"{n}.parquet").num_row_groups for n in (1, 2)]
    assert groups == [1, 2]


@given(PEOPLE.filter(bool), st.sets(USERS, min_size=1))
def test_a_file_without_some_people_holds_all_the_others(
    people: Mapping[str, Mapping[str, Any]], gone: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = written(Path(folder, "people.parquet"), people)
        target = Path(folder, "kept.parquet")
        assert holds(source, gone) == bool(gone & people.keys())
        assert write_without(source, target, gone) == len(gone & people.keys())
        assert rows_of(target) == {user: row for user, row in people.items() if user not in gone}
