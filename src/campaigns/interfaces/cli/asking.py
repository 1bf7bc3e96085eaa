"""One message to the application, and its answer; a refusal becomes a sentence and an exit code."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from campaigns.application.shared.messages import Command, Query
from campaigns.domain.shared.errors import DomainError
from campaigns.interfaces.cli.installation import CommandFailedError, Installation

T = TypeVar("T")


def asked(installation: Installation, message: Command | Query) -> Any:
    """CommandFailedError says every rule that was broken."""
    return told(_ask(installation, message))


def told(conversation: Coroutine[Any, Any, T]) -> T:
    """As `asked`, for more than one message."""
    try:
        return asyncio.run(conversation)
    except DomainError as refusal:
        rules = [f"{broken.pointer.lstrip('/')} {broken.message}" for broken in refusal.violations]
        raise CommandFailedError("; ".join([refusal.detail, *rules])) from refusal


async def _ask(installation: Installation, message: Command | Query) -> Any:
    async with installation.bus() as bus:
        return await bus(message)
