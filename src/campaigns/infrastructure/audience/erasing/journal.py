"""The journal of erasures outside the database: a restored backup knows nothing of those who were erased since."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from campaigns.domain.shared.ids import TenantId


class Noted(Struct, frozen=True, kw_only=True):
    """One erasure; `digest` is the keyed digest of the user id, in hexadecimal."""

    tenant_id: TenantId
    digest: str
    erasure_id: UUID
    requested_at: datetime
    requested_by: str


class ErasureJournal:
    """One JSON line for each, appended and synced; the same one twice is harmless. Blocking."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, erasures: Sequence[Noted]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, b"".join(msgspec.json.encode(one) + b"\n" for one in erasures))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def every(self) -> Iterator[Noted]:
        """Each once, as it was last noted; half a line at the end was never promised."""
        if not self._path.exists():
            return
        last: dict[tuple[str, str], Noted] = {}
        for line in self._path.read_bytes().split(b"\n"):
            if line.endswith(b"}"):
                one = msgspec.json.decode(line, type=Noted)
                last[one.tenant_id, one.digest] = one
        yield from last.values()
