"""Messages over a session. With pipelining, a body travels together with the next message's envelope (RFC 2920).

What is known of a message decides its fate: an answer is believed; without an answer, a message whose last dot has
been written is UNKNOWN, and one whose last dot has not is still in our hands.
"""

from collections import deque

from campaigns.application.delivery.ports import OutgoingMessage, Trouble, Verdict
from campaigns.domain.delivery.refusals import smtp_refusal
from campaigns.infrastructure.delivery.senders.smtp.session import Session
from campaigns.infrastructure.delivery.senders.smtp.wire import SERVICE_CLOSING, Reply, WireError
from campaigns.infrastructure.delivery.senders.troubles import trouble_of

_GO_AHEAD = 354
_LARGE = 100_000
_DOT = b".\r\n"
_DATA = b"DATA\r\n"


class Tally:
    """What became of the messages of one chunk."""

    def __init__(self) -> None:
        self.accepted = 0
        self.troubles: dict[int, Trouble] = {}

    def record(self, message: OutgoingMessage, reply: Reply) -> None:
        if reply.good:
            self.accepted += 1
        else:
            self.refuse(message, reply)

    def refuse(self, message: OutgoingMessage, reply: Reply) -> None:
        self.troubles[message.seq] = trouble_of(smtp_refusal(reply.code, str(reply)), str(reply))

    def lost(self, message: OutgoingMessage, reason: str) -> None:
        self.troubles[message.seq] = Trouble(Verdict.UNKNOWN, reason)


async def transfer(session: Session, queue: deque[OutgoingMessage], tally: Tally) -> None:
    """Send until the queue is empty. Raises WireError; what may still be sent is then back in the queue."""
    following: OutgoingMessage | None = None
    try:
        while following or queue:
            if following is None:
                following = queue.popleft()
                opened = await _open(session, following)
            message, refusal = following, opened
            following = None
            if refusal is not None:
                await _refused(session, message, refusal, tally)
            elif session.pipelining and queue:
                following = queue.popleft()
                opened = await _body_and_next(session, message, following, queue, tally)
            else:
                await _body(session, message, queue, tally)
    except WireError:
        if following is not None:
            queue.appendleft(following)
        raise


async def _open(session: Session, message: OutgoingMessage) -> Reply | None:
    """The envelope. The reply that refused it, or None when the server waits for the body."""
    commands = _envelope(message)
    if session.pipelining:
        session.wire.write(b"".join(commands))
        return await _envelope_replies(session)
    for command in commands:
        session.wire.write(command)
        reply = await _answer(session)
        if not (reply.code == _GO_AHEAD if command == _DATA else reply.good):
            return reply
    return None


async def _body_and_next(
    session: Session, message: OutgoingMessage, following: OutgoingMessage, queue: deque[OutgoingMessage], tally: Tally
) -> Reply | None:
    await _write_body(session, message, queue, b"".join(_envelope(following)))
    await _settle(session, message, tally)
    return await _envelope_replies(session)


async def _body(session: Session, message: OutgoingMessage, queue: deque[OutgoingMessage], tally: Tally) -> None:
    await _write_body(session, message, queue, b"")
    await _settle(session, message, tally)


async def _write_body(
    session: Session, message: OutgoingMessage, queue: deque[OutgoingMessage], envelope: bytes
) -> None:
    stuffed = dot_stuffed(message.body)
    try:
        if len(stuffed) > _LARGE:
            session.wire.write(stuffed)
            await session.wire.flushed()  # the last dot is not written before most of a large body has gone
            stuffed = b""
        session.wire.write(stuffed + _DOT + envelope)
    except WireError:
        queue.appendleft(message)  # its last dot was never written
        raise


async def _settle(session: Session, message: OutgoingMessage, tally: Tally) -> None:
    try:
        reply = await session.wire.reply()
    except BaseException as error:
        tally.lost(message, str(error) or type(error).__name__)
        raise
    if reply.intermediate:
        tally.lost(message, f"unexpected {reply}")
        raise WireError(f"unexpected {reply}")
    tally.record(message, reply)
    _closing(reply)


async def _envelope_replies(session: Session) -> Reply | None:
    mail, recipient, data = [await _answer(session) for _ in range(3)]
    refusal = next((reply for reply in (mail, recipient) if not reply.good), None)
    if data.code != _GO_AHEAD:
        return refusal or data
    if refusal is not None:  # DATA was taken although nobody is to get it: an empty message ends it
        session.wire.write(_DOT)
        await session.wire.reply()
    return refusal


async def _answer(session: Session) -> Reply:
    """An answer within the envelope, where a server that closes has taken nothing yet."""
    reply = await session.wire.reply()
    _closing(reply)
    return reply


async def _refused(session: Session, message: OutgoingMessage, reply: Reply, tally: Tally) -> None:
    tally.refuse(message, reply)
    if reply.good or reply.intermediate:
        raise WireError(f"unexpected {reply}")
    session.wire.write(b"RSET\r\n")
    await session.wire.reply()


def _closing(reply: Reply) -> None:
    if reply.code == SERVICE_CLOSING:
        raise WireError(str(reply))


def _envelope(message: OutgoingMessage) -> tuple[bytes, bytes, bytes]:
    utf8 = b"" if message.address.isascii() and message.sender.isascii() else b" SMTPUTF8"
    return (
        b"MAIL FROM:<%s>%s\r\n" % (message.sender.encode(), utf8),
        b"RCPT TO:<%s>\r\n" % message.address.encode(),
        _DATA,
    )


def dot_stuffed(body: bytes) -> bytes:
    """A body for the wire: dots at line start doubled, the last line ended."""
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
