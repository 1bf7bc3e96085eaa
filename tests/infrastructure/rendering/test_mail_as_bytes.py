"""Our mails, read back by the standard library, say what an EmailMessage built the plain way says."""

import datetime as dt
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering import headers, mime
from campaigns.infrastructure.delivery.rendering.forms import filled
from campaigns.infrastructure.delivery.rendering.letters import letter_form
from campaigns.infrastructure.delivery.rendering.renderer import ChunkRun
from campaigns.infrastructure.delivery.rendering.targets import Targets

CAMPAIGN = UUID(int=7)
WRITABLE = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.text(WRITABLE | st.sampled_from(".\n\t =?_<>&\"'"), max_size=1200) | st.text(
    "a", min_size=990, max_size=3000
)
SUBJECTS = st.text(WRITABLE, min_size=1, max_size=300).filter(lambda text: " ".join(text.split()) != "")
NAMES = st.text(WRITABLE | st.sampled_from('"\\,;<>@()'), max_size=120)


class Links:
    def opened(self, seq: int) -> str:
        return f"https://t.example/t/o/{seq}"

    def clicked(self, seq: int, link: int) -> str:
        return f"https://t.example/t/c/{seq}-{link}"

    def unsubscribe(self, seq: int) -> str:
        return f"https://t.example/t/u/{seq}"


RUN = ChunkRun(3, Links(), "Fri, 01 Jan 2027 00:00:00 +0000")


def letter(profile: dict[str, Any], address: str = "u@x.example", **content: str) -> Any:
    usual = {"subject": "Hello", "body_text": "Hi", "sender_email": "news@acme.example"}
    form = letter_form(Content(**(usual | content)), CAMPAIGN, Targets())
    return filled(form, RUN, Recipient(5, "u5", -1, address, profile), set())


def parsed(message: Any) -> EmailMessage:
    assert isinstance(message, OutgoingMessage), message
    assert message.body.count(b"\n") == message.body.count(b"\r\n") == message.body.count(b"\r")
    assert max(map(len, message.body.split(b"\r\n"))) <= 998
    assert message.body.isascii()
    found = message_from_bytes(message.body, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    # Some Python versions write base64 lines of the reference with LF, others with CRLF; no text here has a lone CR.
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")


@settings(max_examples=150)
@given(subject=SUBJECTS, text=TEXTS, html=TEXTS, name=NAMES)
@example(subject="a", text="", html="0" * 13 + "\N{NO-BREAK SPACE}" * 17 + "\U00010000" * 8 + "\n0", name="")
def test_what_is_written_is_what_is_read(subject: str, text: str, html: str, name: str) -> None:
    skeleton = mime.skeleton("plain", "html")
    head = f"From: {headers.mailbox(name, 'a@acme.example')}\r\nSubject: {headers.unstructured(subject)}\r\n"
    octets = skeleton.filled(head.encode(), (text, html))
    ours = message_from_bytes(octets, policy=policy.default)
    plain = EmailMessage()
    plain["Subject"] = " ".join(subject.split())
    plain.set_content(text)
    plain.add_alternative(html, subtype="html")
    theirs = message_from_bytes(plain.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(ours, EmailMessage)
    assert isinstance(theirs, EmailMessage)
    assert [body(ours, kind) for kind in ("plain", "html")] == [body(theirs, kind) for kind in ("plain", "html")]
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/alternative"
    assert ours["subject"] == " ".join(subject.split())
    sender, address = parseaddr(message_from_bytes(octets)["from"].replace("\r\n", ""))
    assert str(make_header(decode_header(sender))) == " ".join(name.split())
    assert address == "a@acme.example"


def test_a_mail_names_itself_and_its_way_out() -> None:
    message = letter(
        {}, body_html='<body><a href="https://shop.example/?a=1&amp;b=2">x</a></body>', reply_to="r@acme.example"
    )
    mail = parsed(message)
    assert mail["message-id"] == f"<3-5.{CAMPAIGN.hex}@acme.example>"
    assert mail["list-unsubscribe"] == "<https://t.example/t/u/5>"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert (mail["reply-to"], mail["to"]) == ("r@acme.example", "u@x.example")
    assert mail["date"].datetime == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    html = body(mail, "html")
    assert 'href="https://t.example/t/c/5-0"' in html
    assert 'src="https://t.example/t/o/5"' in html
    assert "https://t.example/t/u/5" in body(mail, "plain")
    assert "shop.example" not in html


def test_the_same_message_has_the_same_name_again() -> None:
    first, second = letter({}), letter({})
    assert (first.message_id, parsed(first)["message-id"]) == (second.message_id, parsed(second)["message-id"])


@settings(max_examples=100)
@given(name=st.text(max_size=60), subject=st.text(max_size=60))
def test_no_persons_data_adds_a_header(name: str, subject: str) -> None:
    message = letter(
        {"name": name, "topic": subject},
        subject="About {{ topic }}",
        sender_name="{{ name }} at Acme",
        body_text="x {{ name }}",
    )
    if isinstance(message, OutgoingMessage):
        known = {"from", "list-unsubscribe-post", "to", "subject", "date", "message-id", "list-unsubscribe", "mime-version", "content-type", "content-transfer-encoding"}  # fmt: skip
        assert {key.lower() for key in parsed(message)} == known
    else:
        assert message.reason.startswith("unsafe value")


def test_line_ends_in_a_name_become_spaces() -> None:
    mail = parsed(letter({"n": "Ann\r\nBcc: evil@x.example"}, subject="Hi {{ n }}"))
    assert mail["subject"] == "Hi Ann Bcc: evil@x.example"
    assert mail["bcc"] is None


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c.example", "a@x.example\r\nBcc: b@x.example", "a b@x.example", "@x.example", "a@", "a@-x.example", "a" * 65 + "@x.example", None, 7])  # fmt: skip
def test_what_is_no_address_gets_no_mail(address: Any) -> None:
    found = letter({}, address)
    assert not isinstance(found, OutgoingMessage)
    assert "mail address" in found.reason


def test_a_domain_beyond_ascii_travels_in_ascii() -> None:
    assert letter({}, "a@köln.example").address == "a@xn--kln-sna.example"


def test_nothing_to_say_is_missing_data() -> None:
    found = letter({}, subject="{{ topic }}")
    assert (found.missing, found.reason) == (True, "subject is empty (missing: topic)")


def test_odd_data_is_a_content_error_and_never_an_exception() -> None:
    found = letter({"n": [{}]}, subject="{{ n | divided_by: 0 }}")
    assert found.reason.startswith("template")
