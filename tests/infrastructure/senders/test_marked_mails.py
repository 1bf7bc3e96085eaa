"""Mails that carry our message id to the service which tells us what became of them."""

import asyncio
import re
from email import message_from_bytes
from functools import cache
from typing import Any

import dkim
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.support.mail_servers import mail_server

from campaigns.application.delivery.ports import OutgoingMessage, Sender
from campaigns.infrastructure.delivery.providers.document import SmtpTable
from campaigns.infrastructure.delivery.senders.marking import MARKS, MarkingSender, service_at
from campaigns.infrastructure.delivery.senders.signing import SigningSender
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.signing.keys import signatory
from campaigns.infrastructure.delivery.signing.signature import Signatory
from campaigns.infrastructure.system import SystemClock

BODY = b"From: a@news.example\r\nTo: u@x.example\r\nSubject: Spring\r\nMIME-Version: 1.0\r\n\r\nHello\r\n"
EXPECTED = {
    "ses": {"X-SES-MESSAGE-TAGS": "campaign_message=1017-42", "X-Campaign-Message": "1017-42"},
    "sendgrid": {"X-SMTPAPI": '{"unique_args": {"campaign_message": "1017-42"}}'},
    "mailgun": {"X-Mailgun-Variables": '{"campaign_message": "1017-42"}'},
    "postmark": {"X-PM-Metadata-campaign_message": "1017-42", "X-PM-KeepID": "true"},
}


class Arrived:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 OK"


@cache
def who() -> Signatory:
    key = rsa.generate_private_key(65_537, 2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return signatory("news.example", "s", pem)


def published(_name: bytes, timeout: int = 5) -> bytes:
    return b"".join(re.findall(rb'"([^"]*)"', who().record.encode()))


def arrived(service: str, *, is_signed: bool = False) -> bytes:
    """One mail, as the server got it."""
    handler = Arrived()
    with mail_server(handler) as port:
        asyncio.run(_send(port, service, is_signed=is_signed))
    (mail,) = handler.mails
    return mail


async def _send(port: int, service: str, *, is_signed: bool) -> None:
    sender: Sender = SmtpSender(SmtpSettings(host="127.0.0.1", port=port, security="none"))
    if is_signed:
        sender = SigningSender(sender, [who()], SystemClock())
    marking = MarkingSender(sender, service)
    message = OutgoingMessage(42, "1017-42", "u1", "u@x.example", 0, BODY, sender="a@news.example")
    assert (await marking.deliver([message])).accepted == 1
    await marking.close()


@pytest.mark.parametrize("service", sorted(MARKS))
def test_a_mail_carries_our_message_id_as_its_service_wants_it(service: str) -> None:
    mail = message_from_bytes(arrived(service))
    assert {name: mail[name] for name in EXPECTED[service]} == EXPECTED[service]
    assert (mail["Subject"], mail.get_payload().strip()) == ("Spring", "Hello")


def test_a_mark_does_not_break_the_signature() -> None:
    mail = arrived("ses", is_signed=True)
    assert dkim.DKIM(mail).verify(0, dnsfunc=published)


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", "ses"),
        ("smtp.sendgrid.net", "sendgrid"),
        ("smtp.eu.mailgun.org.", "mailgun"),
        ("SMTP.Postmarkapp.com", "postmark"),
        ("smtp.acme.example", None),
        ("evilsendgrid.net", None),
    ],
)
def test_a_service_is_known_by_its_mail_server(host: str, service: str | None) -> None:
    assert service_at(host) == service


def test_the_providers_file_takes_every_service_that_mails_are_marked_for() -> None:
    tables = [{"kind": "smtp", "name": "a", "host": "h", "feedback": service} for service in MARKS]
    assert [msgspec.convert(table, SmtpTable).feedback for table in tables] == list(MARKS)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**tables[0], "feedback": "acme"}, SmtpTable)
