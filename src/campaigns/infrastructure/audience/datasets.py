"""Datasets on disk: `<directory>/<tenant>/<name>/<version>.parquet`, and `current.json` that says which one counts.

A file holds one row per `user_id`, sorted by it, in row groups small enough to fetch a few neighbours cheaply.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.durable import synced

PEOPLE = "people"
"""The dataset that holds the profiles; any other is a list that filters can refer to."""

ROWS_PER_GROUP = 20_480
_MANIFEST = "current.json"
_LOCK = ".writing"


class Kind(StrEnum):
    """The kinds of column a dataset can have; imports bring everything into one of them."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    TEXTS = "texts"


ALWAYS_TEXT = frozenset(
    """user_id email phone push_token locale language timezone country first_name last_name name full_name zip zipcode
    postcode postal_code""".split()
)
"""Columns that hold no numbers, whatever is written in them."""


class Dataset(Struct, frozen=True, kw_only=True):
    """One version of a dataset, as its manifest tells."""

    file: str
    rows: int
    columns: dict[str, Kind]


class Datasets:
    """The datasets of every tenant below one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def folder(self, tenant_id: TenantId, name: str) -> Path:
        return self.directory / tenant_id / name

    def current(self, tenant_id: TenantId, name: str = PEOPLE) -> Dataset | None:
        """The version that counts now; None before the first import."""
        try:
            manifest = (self.folder(tenant_id, name) / _MANIFEST).read_bytes()
        except FileNotFoundError:
            return None
        return msgspec.json.decode(manifest, type=Dataset)

    def path(self, tenant_id: TenantId, name: str, dataset: Dataset) -> Path:
        return self.folder(tenant_id, name) / dataset.file

    @contextmanager
    def locked(self, tenant_id: TenantId, name: str) -> Iterator[None]:
        """One writer at a time, of all processes. Blocking: call it from a thread."""
        folder = self.folder(tenant_id, name)
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def switch(self, tenant_id: TenantId, name: str, dataset: Dataset) -> None:
        """Make a version count, durably and at one instant. Its predecessor stays for readers that opened it."""
        folder = self.folder(tenant_id, name)
        before = self.current(tenant_id, name)
        prepared = folder / f"{_MANIFEST}.{dataset.file}"
        with prepared.open("wb") as file:
            file.write(msgspec.json.encode(dataset))
            file.flush()
            os.fsync(file.fileno())
        prepared.replace(folder / _MANIFEST)
        synced(folder)
        kept = {dataset.file, before.file if before else ""}
        for old in folder.glob("*.parquet*"):  # what was derived from a version goes with it
            if old.name.split(".shared-")[0] not in kept:
                old.unlink(missing_ok=True)
