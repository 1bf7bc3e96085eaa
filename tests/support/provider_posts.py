"""Posts as mail services make them, signed with keys made for the test."""

import base64
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

Json = dict[str, Any]
TOPIC = "arn:aws:sns:eu-west-1:123456789012:campaigns"


class Posted(NamedTuple):
    """What goes over the wire."""

    body: bytes
    headers: Mapping[str, str]


class SendGrid:
    """Twilio SendGrid's Event Webhook with its signature."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def secret(self) -> str:
        """The verification key, as its settings page shows it."""
        return base64.b64encode(
            self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()

    def post(self, *events: Any, at: float | None = None) -> Posted:
        body, timestamp = json.dumps(events).encode(), str(int(at or time.time()))
        signature = base64.b64encode(self._key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        return Posted(
            body,
            {
                "content-type": "application/json",
                "X-Twilio-Email-Event-Webhook-Signature": signature,
                "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            },
        )

    @staticmethod
    def event(name: str, message_id: str, **fields: Any) -> Json:
        known = {
            "email": "ann@people.example",
            "timestamp": int(time.time()),
            "event": name,
            "sg_event_id": secrets.token_urlsafe(24),
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "smtp-id": f"<{message_id}.{'0' * 32}@acme.example>",
            "campaign_message": message_id,
            "category": ["cat facts"],
        }
        return known | fields


class Mailgun:
    """Mailgun's webhooks, one event a post."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)

    def post(self, event: Any, *, at: float | None = None, token: str | None = None) -> Posted:
        timestamp, token = str(int(at or time.time())), token or secrets.token_hex(25)
        signature = hmac.digest(self.secret.encode(), f"{timestamp}{token}".encode(), "sha256").hex()
        signed = {"timestamp": timestamp, "token": token, "signature": signature}
        body = json.dumps({"signature": signed, "event-data": event}).encode()
        return Posted(body, {"content-type": "application/json"})

    @staticmethod
    def event(name: str, message_id: str, **fields: Any) -> Json:
        known = {
            "event": name,
            "id": secrets.token_urlsafe(16),
            "timestamp": time.time(),
            "log-level": "info",
            "recipient": "ann@people.example",
            "user-variables": {"campaign_message": message_id},
            "message": {"headers": {"message-id": f"{message_id}.{'0' * 32}@acme.example", "from": "x"}, "size": 111},
            "flags": {"is-test-mode": False},
        }
        return known | fields


class Postmark:
    """Postmark's webhooks, one record a post."""

    def __init__(self) -> None:
        self.secret = f"campaigns:{secrets.token_hex(16)}"

    def post(self, record: Any, *, password: str | None = None) -> Posted:
        shown = base64.b64encode((password or self.secret).encode()).decode()
        return Posted(
            json.dumps(record).encode(), {"content-type": "application/json", "Authorization": f"Basic {shown}"}
        )

    @staticmethod
    def record(kind: str, message_id: str, **fields: Any) -> Json:
        known = {
            "RecordType": kind,
            "MessageID": str(uuid.uuid4()),
            "MessageStream": "broadcast",
            "ServerID": 23,
            "Recipient": "ann@people.example",
            "Tag": "",
            "Metadata": {"campaign_message": message_id},
        }
        return known | fields


class Sns:
    """Amazon's topic: a certificate of its own, and both versions of the signature."""

    def __init__(self, folder: Path, host: str = "sns.eu-west-1.amazonaws.com") -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = f"SimpleNotificationService-{secrets.token_hex(16)}.pem"
        self.certificate_url = f"https://{host}/{name}"
        (folder / name).write_bytes(self.certificate())

    def certificate(self, *, ended: bool = False) -> bytes:
        now = datetime.now(UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=-1 if ended else 30))
            .sign(self._key, SHA256())
        )
        return made.public_bytes(Encoding.PEM)

    def post(self, message: Any, *, version: str = "2", **fields: Any) -> Posted:
        text = message if isinstance(message, str) else json.dumps(message)
        envelope = {
            "Type": "Notification",
            "MessageId": str(uuid.uuid4()),
            "TopicArn": TOPIC,
            "Subject": "Amazon SES Email Event Notification",
            "Message": text,
            "Timestamp": _now(),
            "SignatureVersion": version,
            "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
        } | fields
        return self.signed(envelope)

    def signed(self, envelope: Json) -> Posted:
        envelope = {"SignatureVersion": "2", "SigningCertURL": self.certificate_url, **envelope}
        told = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
        asked = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        names: Sequence[str] = told if envelope["Type"] == "Notification" else asked
        text = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
        kind = SHA1() if envelope["SignatureVersion"] == "1" else SHA256()
        signature = base64.b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), kind)).decode()
        body = json.dumps({**envelope, "Signature": signature}).encode()
        return Posted(body, {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": envelope["Type"]})

    def subscription(self, url: str = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription") -> Posted:
        return self.signed(
            {
                "Type": "SubscriptionConfirmation",
                "MessageId": str(uuid.uuid4()),
                "Token": secrets.token_hex(30),
                "TopicArn": TOPIC,
                "Message": "You have chosen to subscribe to the topic.",
                "SubscribeURL": url,
                "Timestamp": _now(),
            }
        )

    @staticmethod
    def event(kind: str, message_id: str, *, published: bool = True, **fields: Any) -> Json:
        """Event publishing gives tags back; feedback notifications only the headers."""
        mail: Json = {
            "timestamp": _now(),
            "messageId": secrets.token_hex(16),
            "source": "news@acme.example",
            "destination": ["ann@people.example"],
        }
        if published:
            tags = {"ses:configuration-set": ["campaigns"], "campaign_message": [message_id]}
            return {"eventType": kind, "mail": mail | {"tags": tags}} | fields
        headers = [{"name": "From", "value": "x"}, {"name": "X-Campaign-Message", "value": message_id}]
        return {"notificationType": kind, "mail": mail | {"headers": headers, "headersTruncated": False}} | fields


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
