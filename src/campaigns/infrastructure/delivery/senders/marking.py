"""A sender whose mails carry our message id in the header that their service gives back with every webhook."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Sender
from campaigns.infrastructure.delivery.senders.wrapping import WrappingSender

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


class MarkingSender(WrappingSender):
    """Marks mails on their way out."""

    def __init__(self, sender: Sender, service: str) -> None:
        super().__init__(sender)
        self._service = service

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        return await self._sender.deliver([marked(message, self._service) for message in messages])
