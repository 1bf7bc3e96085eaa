"""The notification service: one POST for each message, under its own idempotency key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from campaigns.application.delivery.ports import Handover, OutgoingMessage
from campaigns.domain.delivery.refusals import SERVICE_HTTP
from campaigns.infrastructure.delivery.rendering.notes import Note
from campaigns.infrastructure.delivery.senders.posting import asked_each, post_each
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request

_NOTIFICATIONS = "/api/v1/notifications"
_PATH = f"{_NOTIFICATIONS}/send"
_RECIPIENT_FIELDS = {"sms": "recipient_phone", "whatsapp": "recipient_phone", "push": "recipient_token"}
_decode_note = msgspec.json.Decoder(Note).decode


class _Notification(Struct):
    notification_id: str = ""


class _Sent(Struct):
    notification: _Notification = msgspec.field(default_factory=_Notification)


_decode_sent = msgspec.json.Decoder(_Sent).decode


class NotificationServiceSender:
    """Takes the documents of `rendering.notes`."""

    idempotent = True
    max_chunk = 200

    def __init__(self, http: OutgoingHttp, base_url: str, provider: str = "notification-service") -> None:
        self.provider = provider
        self._http, self._base = http, base_url.rstrip("/")

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        return await post_each(self._http, self.provider, messages, self._request, _provider_id, refusals=SERVICE_HTTP)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:  # noqa: ARG002
        """By the idempotency key that each was sent under."""
        url = f"{self._base}{_NOTIFICATIONS}/"
        return await asked_each(self._http, message_ids, lambda name: Request(method="GET", url=url + name))

    async def close(self) -> None:
        """The HTTP client belongs to whoever opened it."""

    def _request(self, message: OutgoingMessage) -> Request:
        headers = {"content-type": "application/json", "idempotency-key": message.message_id}
        return Request(method="POST", url=self._base + _PATH, headers=headers, body=_document(message))


def _document(message: OutgoingMessage) -> bytes:
    note = _decode_note(message.body)
    content = note.content
    document: dict[str, Any] = {
        "type": note.channel,
        _RECIPIENT_FIELDS.get(note.channel, "recipient_id"): note.recipient,
        "subject": content.get("subject") or content.get("title"),
        "content": content.get("body_text") or content.get("body"),
        "html_content": content.get("body_html"),
        "metadata": {
            "source": "campaign_service",
            "tenant_id": note.tenant_id,
            "campaign_id": note.campaign_id,
            "message_id": note.message_id,
            "user_id": note.user_id,
            "unsubscribe_url": note.unsubscribe_url,
            **{name: content[name] for name in ("action_url", "icon", "url") if name in content},
        },
    }
    return msgspec.json.encode(document)


def _provider_id(answer: Answer) -> str | None:
    try:
        return _decode_sent(answer.body).notification.notification_id or None
    except msgspec.DecodeError:
        return None  # accepted all the same: the status said so
