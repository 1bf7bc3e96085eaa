"""See to it that everybody whom a file names is not written to."""

from collections.abc import AsyncIterator
from typing import Literal

from campaigns.application.audience.ports import Import, Imports, Suppressing
from campaigns.application.audience.uploading import FORMATS, ending_of, shown_name, unknown_format
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.audience.errors import UnreadableImportError
from campaigns.domain.audience.suppression import EVERYWHERE, SuppressionReason
from campaigns.domain.shared.channels import ChannelType

LABEL = "suppressions"


class SuppressFile(Command, frozen=True, kw_only=True):
    """`content` is read once, in pieces; `channel` and `reason` hold for rows that do not say so themselves."""

    file_name: str
    content: AsyncIterator[bytes]
    channel: ChannelType | Literal["*"] = EVERYWHERE
    reason: SuppressionReason = "manual"


class SuppressFileHandler:
    def __init__(self, imports: Imports, clock: Clock, ids: Ids) -> None:
        self._imports = imports
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: SuppressFile) -> Import:
        """Queued; what comes of it is told by its id."""
        violations = tuple(unknown_format(command.file_name))
        if violations:
            raise UnreadableImportError("The upload cannot be taken in", violations)
        return await self._imports.queue(self._upload(command), command.content)

    def _upload(self, command: SuppressFile) -> Import:
        return Import(
            id=self._ids.new(),
            tenant_id=command.caller.tenant_id,
            dataset=LABEL,
            file_name=shown_name(command.file_name),
            format=FORMATS[ending_of(command.file_name)],
            bytes=0,
            status="pending",
            suppresses=Suppressing(channel=str(command.channel), reason=command.reason),
            created_by=command.caller.principal,
            created_at=self._clock.now(),
        )
