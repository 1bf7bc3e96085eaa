"""What killed processes left in the home directory: written, and then nobody was told of it."""

import asyncio
import math
import shutil
from datetime import datetime
from pathlib import Path

import structlog

from campaigns.infrastructure.audience.importing.imports import PostgresImports

log = structlog.get_logger(__name__)
_PLACES = (
    "imports/*/*",
    "datasets/*/*/*.part*",
    "datasets/*/*/*.shared-*.*",
    "datasets/*/*/current.json.*",
    "scratch/*",
)
"""Uploads; what was to become part of a dataset; what reading and searching needed for a while."""


class FilesInHome:
    """`LeftFiles`."""

    def __init__(self, imports: PostgresImports, home: Path) -> None:
        self._imports = imports
        self._home = home

    async def remove(self, untouched_since: datetime) -> int:
        """Files first, then what is awaited: an upload is in line long before its file is old."""
        found = await asyncio.to_thread(_untouched, self._home, untouched_since.timestamp())
        awaited = await self._imports.awaited() if found else frozenset()
        return await asyncio.to_thread(_removed, [path for path in found if path not in awaited])


def _untouched(home: Path, since: float) -> list[Path]:
    return [path for place in _PLACES for path in home.glob(place) if _touched(path) < since]


def _touched(path: Path) -> float:
    """When it, or anything in it, was written, moved or linked last; never, where its user has just removed it."""
    try:
        return max(one.lstat().st_ctime for one in (path, *path.rglob("*")))
    except FileNotFoundError:
        return math.inf


def _removed(paths: list[Path]) -> int:
    removed = 0
    for path in paths:
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
        except OSError as error:
            log.warning("a file stays behind", file=str(path), error=error.strerror)
    return removed
