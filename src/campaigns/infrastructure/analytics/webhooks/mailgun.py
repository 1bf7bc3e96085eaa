"""Mailgun's webhooks, each with one event, signed with HMAC over a time and a token that is used once."""

import hmac
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_webhook import Told
from campaigns.application.analytics.ports import FactName
from campaigns.domain.delivery.provider_bounces import mailgun_failing
from campaigns.domain.shared.misfits import misfit
from campaigns.infrastructure.analytics.webhooks.heard import Heard, heard_failing, told
from campaigns.infrastructure.analytics.webhooks.post import ForgedError, Post, document, in_time, instant, named

PROVIDER = "mailgun"
_NAMES = {
    "delivered": FactName.DELIVERED,
    "opened": FactName.OPENED,
    "clicked": FactName.CLICKED,
    "complained": FactName.COMPLAINED,
    "unsubscribed": FactName.UNSUBSCRIBED,
}


class Signature(Struct, frozen=True):
    timestamp: Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")]
    token: Annotated[str, Meta(min_length=1, max_length=200)]
    signature: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Status(Struct, frozen=True, kw_only=True):
    code: int | str | None = None
    enhanced_code: str | None = msgspec.field(default=None, name="enhanced-code")
    message: str | None = None
    description: str | None = None

    def words(self) -> str | None:
        parts = [self.code, self.enhanced_code, self.message or self.description]
        return " ".join(str(part) for part in parts if part) or None


class MessageHeaders(Struct, frozen=True):
    message_id: str | None = msgspec.field(default=None, name="message-id")


class Message(Struct, frozen=True):
    headers: MessageHeaders = MessageHeaders()


class Client(Struct, frozen=True):
    user_agent: str | None = msgspec.field(default=None, name="user-agent")
    bot: str | bool | None = None

    @property
    def named_bot(self) -> str | None:
        """`apple`, `gmail` or `generic`; empty, or false, for a person."""
        return "generic" if self.bot is True else self.bot or None


class Event(Struct, frozen=True, kw_only=True):
    """Of the fields of an event those that say something here."""

    event: str
    id: str
    timestamp: float
    severity: str = ""
    reason: str = ""
    delivery_status: Status = msgspec.field(default=Status(), name="delivery-status")
    user_variables: dict[str, Any] | list[Any] = msgspec.field(default_factory=dict, name="user-variables")
    message: Message = Message()
    client_info: Client = msgspec.field(default=Client(), name="client-info")
    url: str | None = None

    @property
    def mark(self) -> str | None:
        found = self.user_variables.get("campaign_message") if isinstance(self.user_variables, dict) else None
        return found if isinstance(found, str) else None


class Envelope(Struct, frozen=True):
    signature: Signature
    event_data: Any = msgspec.field(name="event-data")


async def read(post: Post) -> Told:
    """The signature does not cover the event: a token that was seen before brings nothing new, whatever comes along."""
    body = document(post.body)
    try:
        envelope = msgspec.convert(body, Envelope, strict=False)
    except msgspec.ValidationError as error:
        broken = misfit(error)
        raise ForgedError(f"The post is not signed: {broken.pointer} {broken.message}") from error
    signed = envelope.signature
    expected = [hmac.digest(key, f"{signed.timestamp}{signed.token}".encode(), "sha256").hex() for key in post.secrets]
    if not any(hmac.compare_digest(one, signed.signature) for one in expected):
        raise ForgedError("The signature is not the provider's")
    in_time(post, int(signed.timestamp))
    return told(PROVIDER, [("/event-data", envelope.event_data)], _heard, named(PROVIDER, signed.token.encode()))


def _heard(raw: object) -> Heard | None:
    event = msgspec.convert(raw, Event, strict=False)
    marks, at = (event.mark, event.message.headers.message_id), instant(event.timestamp)
    if event.event == "failed":
        words = event.delivery_status.words()
        failing = mailgun_failing(event.severity, event.reason, words)
        return heard_failing(failing, event_id=event.id, marks=marks, at=at, reason=words)
    if event.event == "rejected":
        return heard_failing(
            mailgun_failing("permanent", "old", None), event_id=event.id, marks=marks, at=at, reason="rejected"
        )
    if event.event not in _NAMES:  # accepted, stored …
        return None
    return Heard(
        id=event.id,
        marks=marks,
        name=_NAMES[event.event],
        at=at,
        url=event.url,
        user_agent=event.client_info.user_agent,
        bot=event.client_info.named_bot,
    )
