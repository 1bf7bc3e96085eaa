"""One post of a provider, and who may answer for it."""

import json
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from campaigns.application.analytics.commands.take_webhook import GarbledPostError, Told
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import NotAllowedError
from campaigns.domain.shared.ids import TenantId

_FUTURE = timedelta(minutes=5)


class Post(Struct, frozen=True, kw_only=True):
    """`headers` by lower-case name. `secrets` are what the operator has configured for the provider, newest first."""

    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[bytes]
    now: datetime
    oldest: timedelta


class ForgedError(NotAllowedError):
    """Nothing proves that the post is the provider's, or it proves too old; nothing of it was looked at."""


class Reading(Protocol):
    """A provider's format: proves the post, then reads it."""

    def __call__(self, post: Post, /) -> Awaitable[Told]:
        """Raises ForgedError, GarbledPostError, DependencyDownError."""


def document(body: bytes) -> Any:
    """Half a surrogate pair, which receivers' words may hold, costs nobody the rest."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise GarbledPostError(f"The body is no JSON: {error}") from error


def in_time(post: Post, at: float) -> None:
    """ForgedError for a signature that is older than any repetition, or of the future; `at` is in Unix seconds."""
    try:
        signed = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ForgedError("The signature's time is no time") from error
    if not post.now - post.oldest <= signed <= post.now + _FUTURE:
        raise ForgedError("The signature is too old, or of the future")


def instant(seconds: float) -> datetime:
    """Of Unix seconds; ValueError, OverflowError when it is none."""
    return datetime.fromtimestamp(seconds, UTC)


def named(provider: str, *parts: bytes) -> ConsumedEvent:
    """The post as the inbox knows it: the same post again has no effect."""
    digest = blake2b(b"\n".join((provider.encode(), *parts)), digest_size=16).digest()
    return ConsumedEvent(key=UUID(bytes=digest), tenant_id=TenantId("default"), subject=f"feedback.{provider}")
