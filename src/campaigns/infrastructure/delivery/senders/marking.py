"""A sender whose mails carry our message id in the header that their service gives back with every webhook."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Sender

MARKS: Mapping[str, bytes] = {
    "ses": b"X-SES-MESSAGE-TAGS: campaign_message=%s\r\nX-Campaign-Message: %s\r\n",
    "sendgrid": b'X-SMTPAPI: {"unique_args": {"campaign_message": "%s"}}\r\n',
    "mailgun": b'X-Mailgun-Variables: {"campaign_message": "%s"}\r\n',
    "postmark": b"X-PM-Metadata-campaign_message: %s\r\nX-PM-KeepID: true\r\n",
}
"""By service; `%s` is the message id. SES gives tags back in event publishing, headers in feedback notifications."""

_HOSTS = {
    "amazonaws.com": "ses",
    "amazonaws.com.cn": "ses",
    "sendgrid.net": "sendgrid",
    "mailgun.org": "mailgun",
    "postmarkapp.com": "postmark",
}


def service_at(host: str) -> str | None:
    """The service behind a mail server's name, where the name tells."""
    name = host.lower().rstrip(".")
    return next((service for domain, service in _HOSTS.items() if name == domain or name.endswith(f".{domain}")), None)


def marked(message: OutgoingMessage, service: str) -> OutgoingMessage:
    """With the service's header before all others."""
    name = message.message_id.encode()
    return replace(message, body=MARKS[service].replace(b"%s", name) + message.body)


class MarkingSender:
    """Marks mails on their way out."""

    def __init__(self, sender: Sender, service: str) -> None:
        self._sender, self._service = sender, service

    @property
    def provider(self) -> str:
        return self._sender.provider

    @property
    def idempotent(self) -> bool:
        return self._sender.idempotent

    @property
    def max_chunk(self) -> int:
        return self._sender.max_chunk

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        return await self._sender.deliver([marked(message, self._service) for message in messages])

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        return await self._sender.look_up(message_ids, since)

    async def close(self) -> None:
        await self._sender.close()
