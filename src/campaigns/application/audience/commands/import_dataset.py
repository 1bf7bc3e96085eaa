"""Take in an upload as the new version of a dataset."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

from campaigns.application.audience.ports import Import, Imports
from campaigns.application.audience.uploading import FORMATS, ending_of, shown_name, unknown_format
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.audience.errors import UnreadableImportError
from campaigns.domain.shared.errors import Violation

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class ImportDataset(Command, frozen=True, kw_only=True):
    """`content` is read once, in pieces."""

    file_name: str
    content: AsyncIterator[bytes]
    dataset: str = "people"


class ImportDatasetHandler:
    def __init__(self, imports: Imports, clock: Clock, ids: Ids) -> None:
        self._imports = imports
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: ImportDataset) -> Import:
        """Queued; what comes of it is told by its id."""
        return await self._imports.queue(self._upload(command, self._ids.new()), command.content)

    def _upload(self, command: ImportDataset, import_id: UUID) -> Import:
        violations = [*unknown_format(command.file_name)]
        if not _NAME.fullmatch(command.dataset):
            violations.append(Violation("/dataset", "must be a lower-case slug of 1 to 63 characters"))
        if violations:
            raise UnreadableImportError("The upload cannot be taken in", tuple(violations))
        return Import(
            id=import_id,
            tenant_id=command.caller.tenant_id,
            dataset=command.dataset,
            file_name=shown_name(command.file_name),
            format=FORMATS[ending_of(command.file_name)],
            bytes=0,
            status="pending",
            created_by=command.caller.principal,
            created_at=self._clock.now(),
        )
