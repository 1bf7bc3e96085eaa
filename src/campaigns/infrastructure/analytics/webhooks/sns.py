"""Amazon SNS: envelopes signed with RSA by a certificate that Amazon publishes."""

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate
from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_webhook import GarbledPostError
from campaigns.infrastructure.analytics.webhooks.post import ForgedError, Post, document, in_time

_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?")
_HASHES = {"1": SHA1, "2": SHA256}  # SNS signs with SHA-1 unless the topic says 2
_TOLD = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_ASKED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Envelope(Struct, frozen=True, kw_only=True, rename="pascal"):
    """As it is posted; the names and values are what is signed."""

    type: Literal["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
    message_id: str
    topic_arn: str
    message: str
    timestamp: Annotated[datetime, Meta(tz=True)]
    signature_version: Literal["1", "2"]
    signature: str
    signing_cert_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")
    token: str | None = None


class Opened(Struct, frozen=True):
    """An envelope, and the very text that its signature covers."""

    envelope: Envelope
    signed: bytes


def opened(post: Post) -> Opened:
    """From a topic that the operator has named, in time; whether it is genuine its certificate will show."""
    body = document(post.body)
    try:
        envelope = msgspec.convert(body, Envelope)
    except msgspec.ValidationError as error:
        raise GarbledPostError(f"The body is no message of SNS: {error}") from error
    if envelope.topic_arn.encode() not in post.secrets:
        raise ForgedError("The topic is not one that was agreed upon")
    if not is_amazons(envelope.signing_cert_url) or not urlsplit(envelope.signing_cert_url).path.endswith(".pem"):
        raise ForgedError("The certificate is not Amazon's")
    in_time(post, envelope.timestamp.timestamp())
    names = _TOLD if envelope.type == "Notification" else _ASKED
    return Opened(envelope, _signed_text(body, names))


def prove(message: Opened, certificate: bytes, now: datetime) -> None:
    """ForgedError unless the certificate (PEM) is valid now and its key has signed the message."""
    try:
        found = load_pem_x509_certificate(certificate)
        signature = b64decode(message.envelope.signature, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ForgedError("Certificate or signature cannot be read") from error
    key = found.public_key()
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc or not isinstance(key, RSAPublicKey):
        raise ForgedError("The certificate is not valid now")
    try:
        key.verify(signature, message.signed, PKCS1v15(), _HASHES[message.envelope.signature_version]())
    except InvalidSignature as error:
        raise ForgedError("The signature is not Amazon's") from error


def is_amazons(url: str | None) -> bool:
    """Whether it leads to SNS itself, over https, and nowhere else."""
    if url is None or not url.isascii() or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and port in (None, 443)
    return parts.scheme == "https" and plain and _HOST.fullmatch(parts.hostname or "") is not None


def _signed_text(body: dict[str, object], names: Sequence[str]) -> bytes:
    lines = [f"{name}\n{body[name]}\n" for name in names if body.get(name) is not None]
    return "".join(lines).encode("utf-8", "surrogatepass")
