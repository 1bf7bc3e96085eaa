"""What a handler of consumed events sees, and the line that connects it to a subject."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.messages import Command

B = TypeVar("B")


class Received(Struct, Generic[B], frozen=True, kw_only=True):
    """One event, read: `consumed` names it in the inbox; `at` is when it happened, or else when it was published."""

    consumed: ConsumedEvent
    event_id: str
    source: str
    type: str
    at: datetime
    correlation_id: str
    body: B

    @property
    def caller(self) -> Caller:
        """The service itself, acting for the event's tenant; a repetition has the same command id."""
        return Caller(
            tenant_id=self.consumed.tenant_id,
            principal=f"nats:{self.consumed.subject}",
            scopes=frozenset(Scope),
            command_id=self.consumed.key,
            correlation_id=self.correlation_id,
            causation_id=f"{self.source}:{self.event_id}"[:200],
        )


class Subscription(Struct, Generic[B], frozen=True, kw_only=True):
    """One consumed subject: what its events look like, and which commands follow from some of them.

    `commands` gets new events in their order and answers in no time: reading and deciding is the commands' own. One
    command for many events is welcome. A command that records an aggregate is known by its id when it is repeated; one
    with another effect must do no harm when repeated, or remember `consumed` in the effect's own transaction.
    A command that refuses (DomainError) makes its events dead letters; what is nobody's business gets no command.
    `also` are further subjects with the same events; `>` and `*` are JetStream's.
    """

    subject: str
    body: type[B]
    commands: Callable[[Sequence[Received[B]]], Sequence[Command]]
    also: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        return (self.subject, *self.also)
