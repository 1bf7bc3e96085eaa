"""Twilio SendGrid's Event Webhook, signed with ECDSA."""

import binascii
from base64 import b64decode
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_webhook import GarbledPostError, Told
from campaigns.application.analytics.ports import FactName
from campaigns.domain.analytics.machines import MACHINE_OPEN
from campaigns.domain.delivery.provider_bounces import sendgrid_drop, sendgrid_failing
from campaigns.infrastructure.analytics.webhooks.heard import Heard, heard_failing, told
from campaigns.infrastructure.analytics.webhooks.post import ForgedError, Post, document, in_time, instant, named

PROVIDER = "sendgrid"
SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"

_NAMES = {
    "delivered": FactName.DELIVERED,
    "open": FactName.OPENED,
    "click": FactName.CLICKED,
    "spamreport": FactName.COMPLAINED,
    "unsubscribe": FactName.UNSUBSCRIBED,
    "group_unsubscribe": FactName.UNSUBSCRIBED,
}
_MOST_EVENTS = 20_000
_MILLION_YEARS = 3e13


class Event(Struct, frozen=True, kw_only=True):
    """Of the fields of an event those that say something here."""

    event: str
    timestamp: Annotated[float, Meta(ge=0, le=_MILLION_YEARS)]
    sg_event_id: str
    campaign_message: str | None = None
    smtp_id: str | None = msgspec.field(default=None, name="smtp-id")
    reason: str | None = None
    status: str | None = None
    type: str = ""
    bounce_classification: str = ""
    url: str | None = None
    useragent: str | None = None
    sg_machine_open: bool = False


async def read(post: Post) -> Told:
    """A batch of events; the signature covers all of its bytes."""
    _prove(post)
    events = document(post.body)
    if not isinstance(events, list) or len(events) > _MOST_EVENTS:
        raise GarbledPostError(f"The body is no array of at most {_MOST_EVENTS} events")
    numbered = [(f"/{number}", event) for number, event in enumerate(events)]
    return told(PROVIDER, numbered, _heard, named(PROVIDER, post.body))


def _prove(post: Post) -> None:
    timestamp = post.headers.get(TIMESTAMP, "")
    if not timestamp.isascii() or not timestamp.isdecimal():
        raise ForgedError(f"{TIMESTAMP} is missing")
    try:
        signature = b64decode(post.headers.get(SIGNATURE, ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ForgedError(f"{SIGNATURE} is no signature") from error
    if not any(_signed(key, signature, timestamp.encode() + post.body) for key in post.secrets):
        raise ForgedError("The signature is not the provider's")
    in_time(post, int(timestamp))


def _signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        public = load_der_public_key(b64decode(key, validate=True))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signature, message, ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _heard(raw: object) -> Heard | None:
    event = msgspec.convert(raw, Event, strict=False)
    marks, at = (event.campaign_message, event.smtp_id), instant(event.timestamp)
    words = " ".join(filter(None, (event.status, event.reason))) or None
    match event.event:
        case "bounce":
            failing = sendgrid_failing(event.type, event.bounce_classification, words)
            return heard_failing(failing, event_id=event.sg_event_id, marks=marks, at=at, reason=words)
        case "dropped":
            failing = sendgrid_drop(event.reason or "")
            return heard_failing(failing, event_id=event.sg_event_id, marks=marks, at=at, reason=words)
        case name if name in _NAMES:
            return Heard(
                id=event.sg_event_id,
                marks=marks,
                name=_NAMES[name],
                at=at,
                url=event.url,
                user_agent=event.useragent,
                bot=MACHINE_OPEN if event.sg_machine_open else None,
            )
        case _:  # processed, deferred, group_resubscribe …
            return None
