"""Datasets on disk: a new version without the people, then every older file leads to it."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Dataset, Datasets
from campaigns.infrastructure.audience.rewriting import holds, write_without
from campaigns.infrastructure.durable import synced


class DatasetFiles:
    """Who reads an older file by its name goes on with the new rows: they are in the same order."""

    name = "datasets"

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        user_ids: set[str] = {one.user_id for one in people}
        return await asyncio.to_thread(self._forget, tenant_id, user_ids)

    def _forget(self, tenant_id: TenantId, user_ids: set[str]) -> int:
        names = [folder.name for folder in self._datasets.directory.joinpath(tenant_id).glob("*") if folder.is_dir()]
        return sum(self._without(tenant_id, name, user_ids) for name in names)

    def _without(self, tenant_id: TenantId, name: str, user_ids: set[str]) -> int:
        with self._datasets.locked(tenant_id, name):
            current = self._datasets.current(tenant_id, name)
            if current is None:
                return 0
            path = self._datasets.path(tenant_id, name, current)
            gone = self._rewrite(tenant_id, name, current, user_ids) if holds(path, user_ids) else 0
            self._replace_older(tenant_id, name, user_ids)
            return gone

    def _rewrite(self, tenant_id: TenantId, name: str, current: Dataset, user_ids: set[str]) -> int:
        path = self._datasets.path(tenant_id, name, current)
        unfinished = path.with_name(f"{uuid4()}.part")
        try:
            gone = write_without(path, unfinished, user_ids)
            synced(unfinished)
            finished = unfinished.rename(unfinished.with_suffix(".parquet"))
        finally:
            unfinished.unlink(missing_ok=True)
        _carry_over_sharers(path, finished, user_ids)
        self._datasets.switch(tenant_id, name, replace(current, file=finished.name, rows=current.rows - gone))
        return gone

    def _replace_older(self, tenant_id: TenantId, name: str, user_ids: set[str]) -> None:
        """Names that somebody may have read from the manifest stay, and lead to the version that counts."""
        folder = self._datasets.folder(tenant_id, name)
        current = self._datasets.current(tenant_id, name)
        for old in folder.glob("*.parquet*"):
            if current is None or old.name.split(".shared-")[0] == current.file or not holds(old, user_ids):
                continue
            if ".shared-" in old.name:
                old.unlink()
            else:
                _lead(old, folder / current.file)


def _carry_over_sharers(before: Path, after: Path, user_ids: set[str]) -> None:
    """Who shares an address was found for the version before; it is found anew where that is missing."""
    for known in before.parent.glob(f"{before.name}.shared-*"):
        attribute = known.name.rpartition(".shared-")[2]
        write_without(known, after.with_name(f"{after.name}.shared-{attribute}"), user_ids)


def _lead(old: Path, current: Path) -> None:
    link = old.with_name(f"{uuid4()}.part")
    os.link(current, link)
    link.replace(old)
