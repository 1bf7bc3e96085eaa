"""Mails that are signed, checked by another project's verifier."""

import asyncio
import re
import subprocess
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import cache
from typing import Any
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st
from tests.support.mail_servers import mail_server

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.renderer import ChunkRun
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.rendering.untracked import StraightLinks
from campaigns.infrastructure.delivery.senders.signing import SigningSender
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.signing.keys import UnusableKeyError, signatory
from campaigns.infrastructure.delivery.signing.relaxed import relaxed_body
from campaigns.infrastructure.delivery.signing.signature import Signatory, signed
from campaigns.infrastructure.system import SystemClock

NOW = 1_790_000_000
KINDS = ("rsa", "ed25519")
TEXTS = st.text(st.sampled_from(" \t\n.=ab\u00e9\U0001f600"), max_size=60)


@cache
def pem(kind: str) -> str:
    key = rsa.generate_private_key(65_537, 2_048) if kind == "rsa" else ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def who(kind: str) -> Signatory:
    return signatory("news.example", kind, pem(kind))


def letter(
    subject: str = "Spring", text: str = "Hello\n", html: str | None = None, name: str = "Acme"
) -> OutgoingMessage:
    content = Content(
        subject="{{ subject }}", body_text="{{ text }}", body_html=html and "{{ html }}", sender_name=name,
        sender_email="a@news.example", reply_to="b@news.example",
    )  # fmt: skip
    run = ChunkRun(1, StraightLinks((), "https://t.example", 0), "Fri, 01 Jan 2027 00:00:00 +0000")
    person = {"subject": f"S{subject}", "text": text, "html": html}
    return letter_form(content, UUID(int=1), Targets()).message(
        run, Recipient(1, "u1", -1, "u1@x.example", person), set()
    )


def published(name: bytes, timeout: int = 5) -> bytes:
    """What the domain's zone would answer, from the lines that people are told to publish."""
    for kind in KINDS:
        place, _, strings = who(kind).record.partition(" TXT ")
        if place.encode() == name:
            return b"".join(re.findall(rb'"([^"]*)"', strings.encode()))
    return b""


def is_valid(mail: bytes, which: int = 0) -> bool:
    try:
        return bool(dkim.DKIM(mail).verify(which, dnsfunc=published))
    except dkim.ValidationError:
        return False


@given(subject=TEXTS, text=TEXTS, html=st.none() | TEXTS, name=TEXTS)
def test_whatever_a_mail_says_its_signatures_are_valid(subject: str, text: str, html: str | None, name: str) -> None:
    mail = signed(letter(subject, text, html, name).body, [who(kind) for kind in KINDS], NOW)
    assert is_valid(mail, 0)
    assert is_valid(mail, 1)
    assert max(map(len, mail.split(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"."]), max_size=40))
def test_a_body_is_made_canonical_as_others_do(parts: list[bytes]) -> None:
    body = b"".join(parts) + b"\r\n"
    assert relaxed_body(body) == Relaxed.canonicalize_body(body)


def test_the_canonical_forms_are_those_of_the_standard() -> None:
    """The example of RFC 6376, 3.4.5."""
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"
    assert relaxed_body(b"") == b""
    assert relaxed_body(b"no end") == b"no end\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_that_matters_can_be_changed_or_added(kind: str) -> None:
    mail = signed(letter().body, [who(kind)], NOW)
    assert is_valid(mail)
    head, _, body = mail.partition(b"\r\n\r\n")
    names = (
        "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "List-Unsubscribe",
        "List-Unsubscribe-Post",
    )  # fmt: skip
    for name in map(str.encode, names):
        assert not is_valid(re.sub(rb"(?m)^%s: " % name, name + b": x", head) + b"\r\n\r\n" + body), name
        assert not is_valid(b"%s: x\r\n%s\r\n\r\n%s" % (name, head, body)), name
    assert not is_valid(b"Cc: x@x.example\r\n" + mail)
    assert not is_valid(mail + b"more\r\n")
    assert not is_valid(mail.replace(b"Content-Type: text/plain", b"Content-Type: text/html"))
    assert is_valid(b"Received: from a by b\r\n" + mail)


@pytest.mark.parametrize("kind", KINDS)
def test_folding_and_white_space_on_the_way_do_no_harm(kind: str) -> None:
    mail = signed(letter(subject="pring is here", text="two words \n").body, [who(kind)], NOW)
    changed = mail.replace(b"Subject: Spring is", b"SUBJECT:  Spring\r\n\tis").replace(b"two words", b"two  words\t")
    assert changed != mail
    assert is_valid(changed + b"\r\n\r\n")


def test_what_is_published_is_the_public_key_alone() -> None:
    assert (
        who("ed25519").record
        == f'ed25519._domainkey.news.example. TXT "v=DKIM1; k=ed25519; p={who("ed25519").public_key}"'
    )
    openssl = subprocess.run(["openssl", "pkey", "-pubout"], input=pem("rsa").encode(), capture_output=True, check=True)
    spki = b"".join(openssl.stdout.splitlines()[1:-1])
    assert published(b"rsa._domainkey.news.example.") == b"v=DKIM1; k=rsa; p=" + spki
    assert max(map(len, who("rsa").record.split('"'))) <= 255


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (["openssl", "genrsa", "512"], "is an RSA key of 512 bits; at least 1024 are needed"),
        (["openssl", "genrsa", "-aes128", "-passout", "pass:x", "2048"], "is encrypted with a password"),
        (["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "is neither an RSA nor an Ed25519 key"),
        (["echo", "hello"], "is no private key in PEM"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_sign_is_refused_with_the_reason(command: list[str], problem: str) -> None:
    made = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    with pytest.raises(UnusableKeyError, match=problem):
        signatory("news.example", "s1", made)


class Kept:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 kept"


def test_a_whole_chunk_arrives_signed() -> None:
    kept = Kept()
    form_of = letter(text=".dots\n. and more  \n\n\n")
    messages = [OutgoingMessage(n, f"1-{n}", f"u{n}", f"u{n}@x.example", -1, form_of.body.replace(b"u1@", b"u%d@" % n), form_of.sender) for n in range(50)]  # fmt: skip

    async def deliver(port: int) -> int:
        server = SmtpSettings(host="127.0.0.1", port=port)
        sender = SigningSender(SmtpSender(server), [who(kind) for kind in KINDS], SystemClock())
        try:
            return (await sender.deliver(messages)).accepted
        finally:
            await sender.close()

    with mail_server(kept) as port:
        assert asyncio.run(deliver(port)) == 50
    assert {message_from_bytes(mail)["to"] for mail in kept.mails} == {f"u{n}@x.example" for n in range(50)}
    for mail in kept.mails:
        assert is_valid(mail, 0)
        assert is_valid(mail, 1)
        (stamp,) = set(re.findall(rb"; t=(\d+);", mail))
        assert datetime.now(UTC) - datetime.fromtimestamp(int(stamp), UTC) < timedelta(minutes=10)
