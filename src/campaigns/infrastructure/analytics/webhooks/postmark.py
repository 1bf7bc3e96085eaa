"""Postmark's webhooks, each with one record; whoever posts shows a password, or a secret in a header."""

import binascii
import hmac
from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_webhook import Told
from campaigns.application.analytics.ports import FactName
from campaigns.domain.delivery.provider_bounces import Failing, postmark_failing
from campaigns.infrastructure.analytics.webhooks.heard import MARK, Heard, heard_failing, told
from campaigns.infrastructure.analytics.webhooks.post import ForgedError, Post, document, named

PROVIDER = "postmark"
SECRET = "x-webhook-secret"  # noqa: S105 - a header's name

Instant = Annotated[datetime, Meta(tz=True)]
_REASONS = {
    "HardBounce": Failing.HARD,
    "SpamComplaint": Failing.COMPLAINED,
    "ManualSuppression": Failing.UNSUBSCRIBED,
}


class Header(Struct, frozen=True, rename="pascal"):
    name: str
    value: str = ""


class Record(Struct, frozen=True, kw_only=True, rename="pascal"):
    """Of the fields of all kinds of record those that say something here. A mail that came in has no RecordType."""

    message_id: str = msgspec.field(name="MessageID")
    record_type: str = "Inbound"
    id: int | str | None = msgspec.field(default=None, name="ID")
    type_code: int = 0
    type: str = ""
    metadata: dict[str, Any] | None = None
    description: str | None = None
    details: str | None = None
    delivered_at: Instant | None = None
    bounced_at: Instant | None = None
    received_at: Instant | None = None
    changed_at: Instant | None = None
    suppress_sending: bool = False
    suppression_reason: str | None = None
    original_link: str | None = None
    user_agent: str | None = None
    headers: tuple[Header, ...] = ()

    @property
    def mark(self) -> str | None:
        found = (self.metadata or {}).get(MARK)
        return found if isinstance(found, str) else None

    def header(self, name: str) -> str | None:
        return next((one.value for one in self.headers if one.name.lower() == name), None)


async def read(post: Post) -> Told:
    """One record."""
    shown = _shown(post)
    if not any(hmac.compare_digest(shown, secret) for secret in post.secrets):
        raise ForgedError("The password is not the one that was agreed upon")
    now = post.now
    return told(PROVIDER, [("", document(post.body))], lambda raw: _heard(raw, now), named(PROVIDER, post.body))


def _shown(post: Post) -> bytes:
    if SECRET in post.headers:
        return post.headers[SECRET].encode("latin-1", "replace")
    scheme, _, credentials = post.headers.get("authorization", "").partition(" ")
    try:
        return b64decode(credentials, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


def _heard(raw: object, now: datetime) -> Heard | None:
    record = msgspec.convert(raw, Record, strict=False)
    at = record.delivered_at or record.bounced_at or record.received_at or record.changed_at or now
    kind, marks = record.record_type, (record.mark,)
    match kind:
        case "Delivery":
            return Heard(id=f"{record.message_id}:delivery", marks=marks, name=FactName.DELIVERED, at=at)
        case "Bounce" | "SpamComplaint":
            words = " ".join(filter(None, (record.description, record.details))) or None
            code = 100001 if kind == "SpamComplaint" else record.type_code
            failing = postmark_failing(code, words)
            return heard_failing(failing, event_id=f"bounce:{record.id}", marks=marks, at=at, reason=words)
        case "Open" | "Click":
            return _touch(FactName.OPENED if kind == "Open" else FactName.CLICKED, record, at)
        case "SubscriptionChange" if record.suppress_sending:
            event_id, reason = f"{record.message_id}:{at.isoformat()}", record.suppression_reason
            failing = _REASONS.get(reason or "", Failing.UNSUBSCRIBED)
            return heard_failing(failing, event_id=event_id, marks=marks, at=at, reason=reason)
        case "Inbound":
            answered = (record.header("in-reply-to"),)
            return Heard(id=f"{record.message_id}:reply", marks=answered, name=FactName.REPLIED, at=at)
        case _:
            return None


def _touch(name: FactName, record: Record, at: datetime) -> Heard:
    return Heard(
        id=f"{record.message_id}:{record.record_type}:{at.isoformat()}:{record.original_link or ''}",
        marks=(record.mark,),
        name=name,
        at=at,
        url=record.original_link,
        user_agent=record.user_agent,
    )
