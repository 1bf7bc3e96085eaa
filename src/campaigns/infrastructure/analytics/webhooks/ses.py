"""Amazon SES over SNS: feedback notifications, event publishing, and mails that came in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
import structlog
from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_webhook import Told
from campaigns.application.analytics.ports import FactName
from campaigns.domain.delivery.provider_bounces import Failing, ses_failing
from campaigns.infrastructure.analytics.webhooks import sns
from campaigns.infrastructure.analytics.webhooks.heard import MARK, Heard, heard_failing, told
from campaigns.infrastructure.analytics.webhooks.post import Post, document, named

PROVIDER = "ses"
NOT_SPAM = "not-spam"

_log = structlog.get_logger(__name__)


class Amazon(Protocol):
    """What has to be asked of Amazon itself."""

    async def certificate(self, url: str) -> bytes:
        """In PEM. Raises DependencyDownError."""

    async def confirm(self, topic: str, url: str) -> bool:
        """Whether the subscription was confirmed; False when the operator wants to do that. DependencyDownError."""


class Named(Struct, frozen=True):
    name: str
    value: str = ""


class Mail(Struct, frozen=True, kw_only=True, rename="camel"):
    """The mail that an event is about. Its headers are there when the operator has switched that on."""

    message_id: str
    timestamp: Annotated[datetime, Meta(tz=True)]
    tags: dict[str, list[str]] = {}
    headers: tuple[Named, ...] = ()

    def header(self, name: str) -> str | None:
        return next((one.value for one in self.headers if one.name.lower() == name), None)

    @property
    def marks(self) -> tuple[str | None, ...]:
        return (next(iter(self.tags.get(MARK, ())), None), self.header("x-campaign-message"), self.header("message-id"))


class Recipient(Struct, frozen=True, kw_only=True, rename="camel"):
    status: str | None = None
    diagnostic_code: str | None = None


class Part(Struct, frozen=True, kw_only=True, rename="camel"):
    """What an event says beside the mail; each kind fills some of it."""

    timestamp: Annotated[datetime, Meta(tz=True)] | None = None
    feedback_id: str | None = None
    bounce_type: str = ""
    bounce_sub_type: str = ""
    bounced_recipients: tuple[Recipient, ...] = ()
    complaint_feedback_type: str | None = None
    reason: str | None = None
    link: str | None = None
    user_agent: str | None = None
    new_topic_preferences: Mapping[str, Any] | None = None

    @property
    def words(self) -> str | None:
        first = next(iter(self.bounced_recipients), Recipient())
        return first.diagnostic_code or first.status


class Event(Struct, frozen=True, kw_only=True, rename="camel"):
    """`notificationType` in feedback notifications, `eventType` in event publishing."""

    mail: Mail
    event_type: str | None = None
    notification_type: str | None = None
    bounce: Part = Part()
    complaint: Part = Part()
    delivery: Part = Part()
    open: Part = Part()
    click: Part = Part()
    reject: Part = Part()
    subscription: Part = Part()


class SesReading:
    """`Reading`; the certificate and the confirmation of a subscription are Amazon's to give."""

    def __init__(self, amazon: Amazon) -> None:
        self._amazon = amazon

    async def __call__(self, post: Post) -> Told:
        message = sns.opened(post)
        envelope = message.envelope
        sns.prove(message, await self._amazon.certificate(envelope.signing_cert_url), post.now)
        match envelope.type:
            case "Notification":
                name = named(PROVIDER, envelope.message_id.encode())
                return told(PROVIDER, [("/Message", envelope.message)], _heard, name)
            case "SubscriptionConfirmation":
                await self._confirm(envelope)
            case _:
                _log.warning("sns_subscription_ended", topic=envelope.topic_arn, again=envelope.subscribe_url)
        return Told()

    async def _confirm(self, envelope: sns.Envelope) -> None:
        url = envelope.subscribe_url
        if url is None or not sns.is_amazons(url):
            _log.error("sns_subscription_refused", topic=envelope.topic_arn, url=url)
        elif await self._amazon.confirm(envelope.topic_arn, url):
            _log.info("sns_subscription_confirmed", topic=envelope.topic_arn)
        else:
            _log.warning("sns_subscription_waits", topic=envelope.topic_arn, confirm_by_opening=url)


def _heard(text: str) -> Heard | None:
    if text.startswith("Successfully validated SNS topic"):  # what SES says to a new topic, in words
        return None
    event = msgspec.convert(document(text.encode("utf-8", "replace")), Event, strict=False)
    read = _READERS.get(event.event_type or event.notification_type or "")  # not: Send, DeliveryDelay …
    return read(event) if read else None


def _bounced(event: Event) -> Heard | None:
    part = event.bounce
    failing = ses_failing(part.bounce_type, part.bounce_sub_type, part.words)
    return _failing(failing, part, event.mail, part.words or f"{part.bounce_type}: {part.bounce_sub_type}")


def _rejected(event: Event) -> Heard | None:
    return _failing(Failing.SOFT, event.reject, event.mail, event.reject.reason)


def _complained(event: Event) -> Heard | None:
    """Who reports that a mail is no spam has not complained."""
    kind = event.complaint.complaint_feedback_type
    return _failing(Failing.NOTHING if kind == NOT_SPAM else Failing.COMPLAINED, event.complaint, event.mail, kind)


def _left(event: Event) -> Heard | None:
    has_left = (event.subscription.new_topic_preferences or {}).get("unsubscribeAll") is True
    return _failing(Failing.UNSUBSCRIBED if has_left else Failing.NOTHING, event.subscription, event.mail, None)


def _delivered(event: Event) -> Heard:
    mail, at = event.mail, event.delivery.timestamp or event.mail.timestamp
    return Heard(id=f"{mail.message_id}:delivery", marks=mail.marks, name=FactName.DELIVERED, at=at)


def _replied(event: Event) -> Heard:
    mail, answered = event.mail, (event.mail.header("in-reply-to"),)
    return Heard(id=f"{mail.message_id}:reply", marks=answered, name=FactName.REPLIED, at=mail.timestamp)


def _failing(failing: Failing, part: Part, mail: Mail, reason: str | None) -> Heard | None:
    at = part.timestamp or mail.timestamp
    return heard_failing(
        failing, event_id=part.feedback_id or f"{mail.message_id}:{failing}", marks=mail.marks, at=at, reason=reason
    )


def _touch(name: FactName, part: Part, mail: Mail) -> Heard:
    at = part.timestamp or mail.timestamp
    return Heard(
        id=f"{mail.message_id}:{name}:{at.isoformat()}:{part.link or ''}",
        marks=mail.marks,
        name=name,
        at=at,
        url=part.link,
        user_agent=part.user_agent,
    )


_READERS: Mapping[str, Callable[[Event], Heard | None]] = {
    "Bounce": _bounced,
    "Reject": _rejected,
    "Complaint": _complained,
    "Subscription": _left,
    "Delivery": _delivered,
    "Open": lambda event: _touch(FactName.OPENED, event.open, event.mail),
    "Click": lambda event: _touch(FactName.CLICKED, event.click, event.mail),
    "Received": _replied,
}
