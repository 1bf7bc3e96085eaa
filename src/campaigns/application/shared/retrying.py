"""Deciding again: safe, because decisions are pure and nothing was recorded."""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from campaigns.application.shared.bus import Handler, Middleware
from campaigns.application.shared.errors import ConflictError, StaleVersionError
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.errors import DomainError, NotFoundError

TRIES = 3
_PAUSE = 0.02  # seconds before the second try, at most; half as long again before the next


def decided_again(jitter: Callable[[], float]) -> Middleware:
    """Repeats a command on a conflict, and once when it was refused on state that may be old.

    Every repeat carries a caller with `fresh` set, so that the store looks past its cache. `jitter` gives numbers from
    0 to 1, so that those who collided do not collide again.
    """

    def wrap(handler: Handler) -> Handler:
        async def handle(message: Any) -> Any:
            if not isinstance(message, Command):
                return await handler(message)
            return await _decide(handler, message, jitter)

        return handle

    return wrap


async def _decide(handler: Handler, command: Command, jitter: Callable[[], float]) -> Any:
    for tried in range(1, TRIES):
        try:
            return await handler(command)
        except (DomainError, StaleVersionError) as refusal:
            if command.caller.fresh or isinstance(refusal, NotFoundError):
                raise
        except ConflictError:
            await asyncio.sleep(_PAUSE * 1.5**tried * jitter())
        command = replace(command, caller=replace(command.caller, fresh=True))
    return await handler(command)
