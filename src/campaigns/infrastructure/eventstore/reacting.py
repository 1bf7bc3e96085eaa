"""Carries one context's news to another's reactions, and their commands to the bus."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import structlog
from msgspec.structs import replace
from psycopg import AsyncCursor

from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.messages import Command
from campaigns.application.shared.published import PublishedEvent
from campaigns.application.shared.reactions import Reaction
from campaigns.domain.shared.errors import DomainError
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.translating import Translations

Dispatch = Callable[[Any], Awaitable[Any]]

_NAMESPACE = UUID("6f0f6c0e-0a39-5f6d-9c55-1f5f7a3d2b41")

log = structlog.get_logger(__name__)


class Reactions:
    """The `handle` of one context's reacting follower. At least once; a command that was recorded is not repeated."""

    def __init__(
        self,
        log: EventLog,
        dispatch: Dispatch,
        translations: Translations,
        reactions: Mapping[type[PublishedEvent], Sequence[Reaction]],
    ) -> None:
        self._log = log
        self._dispatch = dispatch
        self._translations = translations
        self._reactions = reactions

    async def handle(self, _cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        for recorded in events:
            news = self._translations.of(recorded)
            for reaction in self._reactions.get(type(news), ()) if news else ():
                await self._react(reaction, news, recorded)

    async def _react(self, reaction: Reaction, news: PublishedEvent | None, recorded: Recorded) -> None:
        name = type(reaction).__name__
        commands = await reaction(news, reacting_caller(recorded, name))
        for number, command in enumerate(commands):
            caller = replace(command.caller, command_id=command_id_of(recorded.position, name, number))
            if await self._log.receipt_of(caller) is None:
                await self._carry_out(replace(command, caller=caller), name)

    async def _carry_out(self, command: Command, reaction: str) -> None:
        try:
            await self._dispatch(command)
        except DomainError as refusal:
            log.info("a reaction was refused", reaction=reaction, code=refusal.code, detail=refusal.detail)


def command_id_of(position: int, reaction: str, number: int) -> UUID:
    """The same for every repeat of one command of one reaction to one event."""
    return uuid5(_NAMESPACE, f"{position}:{reaction}:{number}")


def reacting_caller(recorded: Recorded, reaction: str) -> Caller:
    """The service itself, acting for the tenant of the event."""
    return Caller(
        tenant_id=recorded.tenant_id,
        principal=f"reaction:{reaction}",
        scopes=frozenset(Scope),
        command_id=command_id_of(recorded.position, reaction, 0),
        correlation_id=recorded.metadata.correlation_id,
        causation_id=f"event:{recorded.position}",
    )
