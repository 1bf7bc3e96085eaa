"""The embedded mail sink counts everybody, remembers tracking links, and has on disk what it has acknowledged."""

import asyncio
import smtplib
from collections.abc import Callable
from pathlib import Path

from campaigns.application.delivery.ports import Handover, OutgoingMessage
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.embedded.smtp_sink import Mail, SmtpSink, smtp_sink

BODY = (
    b"Message-ID: <7-%d.abc@acme.example>\r\nSubject: x\r\n\r\n"
    b'.dot <a href="https://t.example/t/c/tok-%d">x</a> https://t.example/t/u/o=\r\nut https://other.example/\r\n'
)


def mail(seq: int) -> OutgoingMessage:
    return OutgoingMessage(
        seq, f"7-{seq}", "u", f"u{seq % 50}@x.example", -1, BODY % (seq, seq), sender="a@acme.example"
    )


def test_our_own_client_fills_it(tmp_path: Path) -> None:
    async def run() -> SmtpSink:
        async with smtp_sink(journal=tmp_path / "journal") as sink:
            sender = SmtpSender(SmtpSettings(host="127.0.0.1", port=sink.port))
            assert await sender.deliver([mail(n) for n in range(500)]) == Handover(500)
            journal = (tmp_path / "journal").read_text().splitlines()
            assert len(journal) == 500
            assert "u3@x.example\t<7-3.abc@acme.example>" in journal
            await sender.close()
            return sink

    sink = asyncio.run(run())
    assert sink.arrived == 500
    assert set(sink.per_recipient.values()) == {10}
    third = next(found for found in sink.mails if found.message_id == "<7-3.abc@acme.example>")
    links = {"c": ("https://t.example/t/c/tok-3",), "u": ("https://t.example/t/u/out",)}
    assert third == Mail(("u3@x.example",), "<7-3.abc@acme.example>", links)


def speaking(talk: Callable[[smtplib.SMTP], None]) -> SmtpSink:
    async def run() -> SmtpSink:
        async with smtp_sink() as sink:

            def client() -> None:
                with smtplib.SMTP("127.0.0.1", sink.port) as connection:
                    talk(connection)

            await asyncio.to_thread(client)
            return sink

    return asyncio.run(run())


def test_the_standard_client_fills_it_too() -> None:
    sink = speaking(
        lambda client: client.sendmail("a@x.example", ["b@x.example", "c@x.example"], b"Subject: x\r\n\r\nhi")
    )
    assert (sink.arrived, dict(sink.per_recipient)) == (1, {"b@x.example": 1, "c@x.example": 1})


def test_it_says_no_to_what_is_out_of_order() -> None:
    def talk(client: smtplib.SMTP) -> None:
        client.ehlo()
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("NONSENSE")[0] == 502
        assert client.docmd("MAIL FROM:<a@x.example>")[0] == 250
        assert client.docmd("RCPT TO:<b@x.example>")[0] == 250
        assert client.docmd("RSET")[0] == 250
        assert client.docmd("DATA")[0] == 503

    assert speaking(talk).arrived == 0
