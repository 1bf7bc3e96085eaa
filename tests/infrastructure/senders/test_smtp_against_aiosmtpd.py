"""The SMTP sender against another project's server: what was put in comes out, encrypted and authenticated."""

import asyncio
import contextlib
import smtplib
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.waiting import PATIENCE

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append((str(envelope.mail_from), envelope.rcpt_tos[0], envelope.content))
        return "250 kept"


def password(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    return AuthResult(success=(login.login, login.password) == (b"ann", "pässword".encode()), handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


class Serving(NamedTuple):
    port: int
    mailbox: Mailbox
    kind: str


@pytest.fixture(params=["plain", "starttls", "tls"])
def server(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[Serving]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    mailbox, starttls = Mailbox(), request.param == "starttls"
    loop = asyncio.new_event_loop()

    def conversation() -> SMTP:
        return SMTP(
            mailbox, enable_SMTPUTF8=True, authenticator=password, auth_required=True, auth_require_tls=starttls,
            tls_context=context if starttls else None, require_starttls=starttls, hostname="mail.example", loop=loop,
        )  # fmt: skip

    listening = loop.run_until_complete(
        loop.create_server(conversation, "127.0.0.1", 0, ssl=context if request.param == "tls" else None)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield Serving(listening.sockets[0].getsockname()[1], mailbox, request.param)
    loop.call_soon_threadsafe(listening.close)
    time.sleep(0.05)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.run_until_complete(asyncio.sleep(0.05))  # transports close in the next turns of the loop
    loop.close()


def settings_for(server: Serving, secret: str = "pässword") -> SmtpSettings:
    kind = server.kind
    return SmtpSettings(
        host="127.0.0.1", port=server.port, username="ann", password=secret, verify=False, connections=2,
        security="none" if kind == "plain" else kind, clear_text_password=kind == "plain",
    )  # fmt: skip


def deliver(chosen: SmtpSettings, messages: list[OutgoingMessage]) -> Handover:
    async def run() -> Handover:
        sender = SmtpSender(chosen)
        try:
            return await sender.deliver(messages)
        finally:
            await sender.close()

    return asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_mail_arrives_as_it_was_written(server: Serving) -> None:
    body = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n"
    mails = [OutgoingMessage(n, f"1-{n}", "u", f"u{n}@x.example", -1, body, sender="n@a.example") for n in range(40)]
    mails.append(OutgoingMessage(99, "1-99", "u", "žofie@x.example", -1, body, sender="n@a.example"))
    assert deliver(settings_for(server), mails) == Handover(41)
    arrived = server.mailbox.mails
    assert {recipient for _, recipient, _ in arrived} == {mail.address for mail in mails}
    assert {content for _, _, content in arrived} == {body}


def test_a_wrong_password_means_away_and_is_not_repeated_in_the_error(server: Serving) -> None:
    mail = OutgoingMessage(1, "1-1", "u", "u@x.example", -1, b"x\r\n", sender="n@a.example")
    with pytest.raises(ProviderAwayError) as away:
        deliver(settings_for(server, "wrong-secret"), [mail])
    assert "535" in str(away.value)
    assert "wrong-secret" not in str(away.value)


@pytest.mark.parametrize("server", ["tls"], indirect=True)
def test_a_server_with_a_certificate_of_its_own_making_is_not_trusted(server: Serving) -> None:
    with pytest.raises(ProviderAwayError, match="certificate"):
        deliver(SmtpSettings(host="127.0.0.1", port=server.port, security="tls"), [_anything()])


@pytest.mark.parametrize("server", ["plain"], indirect=True)
def test_a_password_never_goes_out_in_the_clear(server: Serving) -> None:
    with pytest.raises(ProviderAwayError, match="unencrypted"):
        deliver(SmtpSettings(host="127.0.0.1", port=server.port, username="ann", password="p"), [_anything()])
    with pytest.raises(ProviderAwayError, match="STARTTLS"):
        deliver(SmtpSettings(host="127.0.0.1", port=server.port, security="starttls"), [_anything()])


def _anything() -> OutgoingMessage:
    return OutgoingMessage(1, "1-1", "u", "u@x.example", -1, b"x\r\n", sender="n@a.example")


LINES = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=70) | st.sampled_from([".", "..", ""])
)


@pytest.mark.parametrize("server", ["plain"], indirect=True)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_our_client_and_the_standard_one_deliver_the_same(server: Serving, lines: list[str]) -> None:
    body = ("Subject: x\r\n\r\n" + "\r\n".join(lines) + "\r\n").encode()
    server.mailbox.mails.clear()
    deliver(settings_for(server), [OutgoingMessage(1, "1-1", "u", "u@x.example", -1, body, sender="n@a.example")])
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        client.docmd("AUTH PLAIN", b64encode("\0ann\0pässword".encode()).decode())
        client.sendmail("n@a.example", ["u@x.example"], body)
    ours, theirs = (content for _, _, content in server.mailbox.mails)
    assert ours == theirs
    assert message_from_bytes(ours, policy=policy.default)["subject"] == "x"
