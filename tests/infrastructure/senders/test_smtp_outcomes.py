"""Every message handed to the SMTP sender gets exactly one fate, and the right one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.support.nasty_smtp import HANG_UP, SILENCE, NastySmtp, nasty_smtp
from tests.support.waiting import PATIENCE

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.infrastructure.delivery.senders.smtp.sender import SmtpSender
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings


def mail(seq: int, address: str | None = None, body: bytes = b"Subject: x\r\n\r\nhello\r\n") -> OutgoingMessage:
    return OutgoingMessage(
        seq, f"7-{seq}", f"u{seq}", address or f"u{seq}@x.example", -1, body, sender="a@acme.example"
    )


def sender_to(port: int, **changes: Any) -> SmtpSender:
    usual = {"host": "127.0.0.1", "port": port, "connections": 1, "reply_timeout": 0.3, "connect_timeout": 2.0}
    return SmtpSender(SmtpSettings(**(usual | changes)))


async def handed_to(server: NastySmtp, messages: list[OutgoingMessage], **changes: Any) -> Handover:
    sender = sender_to(server.port, **changes)
    try:
        handover = await sender.deliver(messages)
    finally:
        await sender.close()
    assert handover.accepted + len(handover.troubles) == len(messages)
    return handover


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), PATIENCE))


@pytest.mark.parametrize("pipelining", [True, False])
def test_every_mail_is_accepted_over_one_connection(pipelining: bool) -> None:
    async def test() -> None:
        async with nasty_smtp(pipelining=pipelining) as server:
            handover = await handed_to(server, [mail(n) for n in range(30)])
            assert handover == Handover(30)
            assert (len(server.received), server.connections) == (30, 1)

    run(test)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("answer", "verdict"), [(b"451 4.3.0 later", Verdict.TRANSIENT), (b"550 5.1.1 no", Verdict.PERMANENT)]
)
def test_a_refusal_concerns_the_one_mail_it_was_said_of(
    pipelining: bool, verb: str, answer: bytes, verdict: Verdict
) -> None:
    async def test() -> None:
        def script(line: str, nth: int) -> bytes | None:
            return answer if line[:4].upper() == verb and nth == 3 else None

        async with nasty_smtp(script, pipelining=pipelining) as server:
            handover = await handed_to(server, [mail(n) for n in range(6)])
            assert handover.troubles == {2: Trouble(verdict, answer.decode())}
            assert handover.accepted == 5

    run(test)


@pytest.mark.parametrize("pipelining", [True, False])
def test_data_that_is_taken_for_nobody_delivers_nothing(pipelining: bool) -> None:
    async def test() -> None:
        def script(line: str, _: int) -> bytes | None:
            return b"550 5.1.1 unknown" if "u1@" in line else None

        async with nasty_smtp(script, pipelining=pipelining) as server:
            handover = await handed_to(server, [mail(n, body=b"Subject: %d\r\n\r\nx\r\n" % n) for n in range(3)])
            assert {seq: trouble.verdict for seq, trouble in handover.troubles.items()} == {1: Verdict.PERMANENT}
            assert not any("Subject: 1" in body for body in server.received)

    run(test)


@pytest.mark.parametrize("end", [HANG_UP, SILENCE, b"gar", b"354 again?"])
def test_a_mail_whose_answer_is_lost_is_unknown_and_the_rest_goes_on(end: bytes) -> None:
    async def test() -> None:
        def script(line: str, nth: int) -> bytes | None:
            return end if line == "." and nth == 2 else None

        async with nasty_smtp(script) as server:
            handover = await handed_to(server, [mail(n) for n in range(5)])
            assert {seq: trouble.verdict for seq, trouble in handover.troubles.items()} == {1: Verdict.UNKNOWN}
            assert handover.accepted == 4
            assert server.connections == 2

    run(test)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("end", [HANG_UP, SILENCE, b"gar"])
def test_a_connection_lost_before_the_body_costs_nothing(verb: str, end: bytes) -> None:
    async def test() -> None:
        def script(line: str, nth: int) -> bytes | None:
            return end if line[:4].upper() == verb and nth == 2 else None

        async with nasty_smtp(script, pipelining=False) as server:
            assert await handed_to(server, [mail(n) for n in range(5)]) == Handover(5)
            assert len(server.received) == 5

    run(test)


def test_a_server_that_closes_after_a_few_mails_is_asked_again() -> None:
    async def test() -> None:
        def script(line: str, nth: int) -> bytes | None:
            return b"421 4.7.0 enough for now" if line[:4] == "MAIL" and nth % 4 == 0 else None

        async with nasty_smtp(script) as server:
            assert await handed_to(server, [mail(n) for n in range(9)]) == Handover(9)
            assert server.connections == 3

    run(test)


def test_a_mail_that_always_breaks_the_connection_does_not_run_for_ever() -> None:
    async def test() -> None:
        def script(line: str, _: int) -> bytes | None:
            return HANG_UP if line.startswith("RCPT TO:<u3@") else None

        async with nasty_smtp(script, pipelining=False) as server:
            handover = await handed_to(server, [mail(n) for n in range(5)])
            assert handover.accepted == 3
            assert {trouble.verdict for trouble in handover.troubles.values()} == {Verdict.TRANSIENT}

    run(test)


def test_nothing_is_said_to_have_left_when_nobody_listens() -> None:
    async def test() -> None:
        async with nasty_smtp() as server:
            port = server.port
        with pytest.raises(ProviderAwayError) as away:
            await sender_to(port).deliver([mail(1)])
        assert away.value.provider == "smtp"

    run(test)


def test_a_greeting_that_refuses_means_that_the_provider_is_away() -> None:
    async def test() -> None:
        async with nasty_smtp(lambda line, _: b"554 go away" if line[:4] in ("EHLO", "HELO") else None) as server:
            with pytest.raises(ProviderAwayError, match="554 go away"):
                await sender_to(server.port).deliver([mail(1), mail(2)])

    run(test)


@pytest.mark.parametrize("address", ["a@b.example>\r\nDATA", "a b@x.example", "", "a@b.example\0", "<a@b.example>"])
def test_an_address_that_would_break_the_dialogue_is_never_sent(address: str) -> None:
    async def test() -> None:
        async with nasty_smtp() as server:
            hostile = OutgoingMessage(1, "7-1", "u", address, -1, b"x\r\n", sender="a@acme.example")
            handover = await handed_to(server, [hostile, mail(2)])
            assert handover.troubles[1].verdict is Verdict.PERMANENT
            assert [line for line in server.commands if line.startswith("RCPT")] == ["RCPT TO:<u2@x.example>"]

    run(test)


@pytest.mark.parametrize("body", [b"x\n.\nMAIL FROM:<evil@x.example>\r\n", b"x\r.\r\n", b"a\rb\r\n"])
def test_a_bare_line_end_cannot_smuggle_a_second_mail(body: bytes) -> None:
    async def test() -> None:
        async with nasty_smtp() as server:
            handover = await handed_to(server, [mail(1, body=body)])
            assert handover.troubles[1].verdict is Verdict.PERMANENT
            assert server.received == []

    run(test)


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it() -> None:
    async def test() -> None:
        async with nasty_smtp() as server:
            handover = await handed_to(server, [mail(1, "žofie@x.example"), mail(2)])
            assert "SMTPUTF8" in handover.troubles[1].reason
            assert handover.accepted == 1

    run(test)


def test_the_same_connection_serves_chunk_after_chunk() -> None:
    async def test() -> None:
        async with nasty_smtp() as server:
            sender = sender_to(server.port, connections=3)
            handovers = await asyncio.gather(*(sender.deliver([mail(n * 9 + k) for k in range(9)]) for n in range(8)))
            await sender.close()
            assert handovers == [Handover(9)] * 8
            assert server.connections <= 3

    run(test)
