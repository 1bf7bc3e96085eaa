"""What others tell this service on NATS: conventions between the subjects, the inbox and the commands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.domain.shared.ids import TenantId


class ConsumedEvent(Struct, frozen=True, kw_only=True):
    """One event in the inbox. `key` is made of its subject, tenant, source and id: the same again is the same event.

    A command whose effect is written by an adapter of ours carries these; the adapter remembers them in the effect's
    transaction (`infrastructure.postgres.inbox.newly`), so that both are there or neither.
    """

    key: UUID
    tenant_id: TenantId
    subject: str


class Incoming(Struct, frozen=True, kw_only=True):
    """One message as it came. `subject` is without the installation's prefix; `position` names its place for ever, and
    `stored_at` is when the stream took it.
    """

    subject: str
    headers: Mapping[str, str]
    data: bytes
    position: str
    stored_at: datetime


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A message, or one event of it, that could not be worked on, and why. `code` is for programs."""

    message: Incoming
    code: str
    error: str


class Taken(Struct, frozen=True, kw_only=True):
    """What became of some messages: counts of events, and what could not be worked on, by the message's number."""

    taken: int = 0
    repeated: int = 0
    dead: Sequence[tuple[int, DeadLetter]] = ()


class Taking(Protocol):
    """Works on messages of one subject, in their order."""

    async def __call__(self, messages: Sequence[Incoming], *, however_old: bool = False) -> Taken:
        """When it returns, all effects are durable. DependencyDownError: some may be; give it the same again.

        `however_old` takes events too old for the inbox to know them, on an operator's word.
        """


class Inbox(Protocol):
    """Which events had their effect. Rows are kept for `INBOX_RETENTION_DAYS`."""

    async def known(self, keys: Collection[UUID]) -> set[UUID]:
        """Those of them that are there. Raises DependencyDownError."""

    async def add(self, events: Sequence[ConsumedEvent]) -> None:
        """Durable when it returns; again changes nothing. Raises DependencyDownError."""


class StoredLetter(Struct, frozen=True, kw_only=True):
    """A dead letter in its stream, under its number."""

    number: int
    died_at: datetime
    letter: DeadLetter


class RetriedLetter(Struct, frozen=True, kw_only=True):
    """What became of one that was tried again; without an error it had its effect, and is gone from the stream."""

    number: int
    error: str | None


class DeadLetters(Protocol):
    """The stream of what could not be worked on. Every method may raise DependencyDownError."""

    async def page(self, after: int, limit: int) -> Sequence[StoredLetter]:
        """Oldest first, those with numbers above `after`."""

    async def retry(self, number: int) -> RetriedLetter:
        """Work on it once more, here and now. NotFoundError when there is none with this number."""

    async def drop(self, number: int) -> None:
        """Forget it. NotFoundError."""
