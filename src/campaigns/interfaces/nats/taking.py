"""From messages of one subject to commands, each event once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from re import compile as pattern
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.shared.consuming import ConsumedEvent, DeadLetter, Inbox, Incoming, Taken
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId
from campaigns.interfaces.nats.envelopes import Envelope, UnreadableError, envelopes
from campaigns.interfaces.nats.received import Received, Subscription

Dispatch = Callable[[Any], Awaitable[Any]]

_TRIES, _PAUSE = 3, 0.2  # of an event that fails unexpectedly; seconds, and twice as long again
_TENANT = pattern(r"[a-z0-9][a-z0-9_-]{0,62}")
_LONGEST_ERROR = 2_000
_ALONE = {"content-type": "application/cloudevents+json"}

log = structlog.get_logger(__name__)


class TooOldError(Exception):
    """The event happened before the inbox's memory begins: whether it had its effect cannot be known."""

    code = "event.too_old"


class _Read(Struct, frozen=True):
    """An event and the message it came in."""

    number: int
    raw: bytes
    event: Received[Any]


class SubjectTaking:
    """`Taking` for one subscription. New events go to their commands together; when that fails, each alone."""

    def __init__(
        self, subscription: Subscription[Any], dispatch: Dispatch, inbox: Inbox, clock: Clock, memory: timedelta
    ) -> None:
        self._subscription = subscription
        self._dispatch = dispatch
        self._inbox = inbox
        self._clock = clock
        self._memory = memory

    async def __call__(self, messages: Sequence[Incoming], *, however_old: bool = False) -> Taken:
        began = None if however_old else self._clock.now() - self._memory
        read, dead = self._read(messages, began)
        known = await self._inbox.known([one.event.consumed.key for one in read])
        new = list(_firsts(read, known).values())
        failed = await self._carry_out(new) if new else []
        dead += [(one.number, _letter(messages[one.number], one.raw, error)) for one, error in failed]
        taken = len(new) - len(failed)
        return Taken(taken=taken, repeated=len(read) - len(new), dead=tuple(dead))

    def _read(
        self, messages: Sequence[Incoming], began: datetime | None
    ) -> tuple[list[_Read], list[tuple[int, DeadLetter]]]:
        read, dead = list[_Read](), list[tuple[int, DeadLetter]]()
        for number, message in enumerate(messages):
            for found in envelopes(message):
                try:
                    read.append(_Read(number, *self._event(found, message, began)))
                except (UnreadableError, TooOldError) as error:
                    raw = found.raw if found.raw is not None else message.data
                    dead.append((number, _letter(message, raw, error)))
        return read, dead

    def _event(
        self, found: Envelope | UnreadableError, message: Incoming, began: datetime | None
    ) -> tuple[bytes, Received[Any]]:
        if isinstance(found, UnreadableError):
            raise found
        if began is not None and found.at is not None and found.at < began:
            raise TooOldError(f"happened at {found.at}, before the inbox's memory begins")
        tenant, subject = found.tenant or "default", self._subscription.subject
        if not _TENANT.fullmatch(tenant):
            raise UnreadableError("the tenant is no tenant's id")
        key = key_of(subject, tenant, found.source, found.id)
        return found.raw, Received(
            consumed=ConsumedEvent(key=key, tenant_id=TenantId(tenant), subject=subject),
            event_id=found.id,
            source=found.source,
            type=found.type,
            at=found.at or message.stored_at,
            correlation_id=found.correlation_id or str(key),
            body=self._body(found.data),
        )

    def _body(self, data: Any) -> Any:
        """As the subscription says; some put it one level deeper, under `data`."""
        try:
            return msgspec.convert(data, self._subscription.body)
        except msgspec.ValidationError as error:
            inner = data.get("data") if isinstance(data, dict) else None
            if not isinstance(inner, dict):
                raise UnreadableError(str(error)) from error
        try:
            return msgspec.convert(inner, self._subscription.body)
        except msgspec.ValidationError as error:
            raise UnreadableError(str(error)) from error

    async def _carry_out(self, events: Sequence[_Read]) -> list[tuple[_Read, Exception]]:
        """Those that failed for good, with their errors; the others had their effect and are in the inbox."""
        try:
            await self._together(events)
        except DependencyDownError:
            raise
        except Exception as error:
            log.warning("consumed_events_failed", subject=self._subscription.subject, count=len(events), exc_info=error)
        else:
            return []
        tried = [(one, await self._alone(one)) for one in events]
        return [(one, failure) for one, failure in tried if failure is not None]

    async def _together(self, events: Sequence[_Read]) -> None:
        for command in self._subscription.commands([one.event for one in events]):
            await self._dispatch(command)
        await self._inbox.add([one.event.consumed for one in events])

    async def _alone(self, one: _Read) -> Exception | None:
        failure: Exception | None = None
        for tried in range(_TRIES):
            try:
                await self._together([one])
            except DependencyDownError:
                raise
            except DomainError as refusal:
                return refusal
            except Exception as error:  # noqa: BLE001 - tried again, then kept with its error
                failure = error
                await asyncio.sleep(_PAUSE * 2**tried)
            else:
                return None
        return failure


def _firsts(read: Sequence[_Read], known: set[UUID]) -> dict[UUID, _Read]:
    """The first of each event that is not known, in their order."""
    found: dict[UUID, _Read] = {}
    for one in read:
        if one.event.consumed.key not in known:
            found.setdefault(one.event.consumed.key, one)
    return found


def key_of(subject: str, tenant: str, source: str, event_id: str) -> UUID:
    """The event's name in the inbox."""
    named = f"{subject}\n{tenant}\n{source}\n{event_id}".encode("utf-8", "surrogatepass")
    return UUID(bytes=blake2b(named, digest_size=16).digest())


def _letter(message: Incoming, raw: bytes, error: Exception) -> DeadLetter:
    """Of one event of a batch the event alone is kept."""
    part = message if raw is message.data else replace(message, headers=_ALONE, data=raw)
    return DeadLetter(
        message=part,
        code=str(getattr(error, "code", "internal")),
        error=f"{type(error).__name__}: {error}"[:_LONGEST_ERROR],
    )
