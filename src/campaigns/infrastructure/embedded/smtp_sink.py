"""A mail server that delivers to nobody: it takes mail fast, counts it, and remembers what a recipient would see.

For trying the service out and for tests; it speaks PIPELINING and SMTPUTF8, and keeps no message text.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

_GREETING = b"220 sink ready\r\n"
_CAPABILITIES = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n"
_OK, _GO_AHEAD, _BYE = b"250 2.0.0 Ok\r\n", b"354 go ahead\r\n", b"221 2.0.0 Bye\r\n"
_UNKNOWN = b"502 5.5.1 Command not recognized\r\n"
_NO_RECIPIENT = b"503 5.5.1 RCPT first\r\n"
_END = b"\r\n.\r\n"
_PATH = re.compile(rb"<([^>]*)>")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
_TRACKED = re.compile(rb"https?://[^\s\"'<>]+/t/([ocu])/([A-Za-z0-9_.\-]+)")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_LONGEST_LINE = 4_096


class Mail(Struct, frozen=True):
    """One mail as it arrived: who gets it, its Message-ID, its tracking links by kind (o, c, u)."""

    recipients: tuple[str, ...]
    message_id: str
    links: dict[str, tuple[str, ...]]


class SmtpSink:
    """What has arrived. With `journal`, each mail is on disk, synced, before its sender hears of success."""

    def __init__(self, journal: Path | None, *, remember: bool) -> None:
        self.per_recipient: Counter[str] = Counter()
        self.mails: list[Mail] = []
        self.arrived = 0
        self.port = 0
        self._remember = remember
        self._journal = journal.open("ab", buffering=0) if journal else None

    def take(self, arrivals: Iterable[tuple[tuple[str, ...], bytes]]) -> None:
        """Mails whose end has been read, together."""
        lines: list[str] = []
        for recipients, content in arrivals:
            self.arrived += 1
            self.per_recipient.update(recipients)
            if self._remember or self._journal:
                mail = _mail(recipients, content)
                lines += (f"{recipient}\t{mail.message_id}\n" for recipient in recipients)
                if self._remember:
                    self.mails.append(mail)
        if self._journal:
            self._journal.write("".join(lines).encode())
            os.fsync(self._journal.fileno())

    def close(self) -> None:
        if self._journal:
            self._journal.close()


class _Conversation(asyncio.Protocol):
    """One connection. Replies to everything that came in one read leave in one write."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink
        self._buffer = bytearray()
        self._recipients: list[str] = []
        self._in_data = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        transport.write(_GREETING)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        replies: list[bytes] = []
        arrivals: list[tuple[tuple[str, ...], bytes]] = []
        while self._in_data or b"\n" in self._buffer:
            if not (self._content(arrivals, replies) if self._in_data else self._command(replies)):
                break
        if arrivals:
            self._sink.take(arrivals)
        if self._transport is not None:
            self._transport.write(b"".join(replies))
            if _BYE in replies or (len(self._buffer) > _LONGEST_LINE and not self._in_data):
                self._transport.close()

    def _content(self, arrivals: list[tuple[tuple[str, ...], bytes]], replies: list[bytes]) -> bool:
        end = 0 if self._buffer.startswith(_END[2:]) else self._buffer.find(_END)
        if end < 0:
            return False
        arrivals.append((tuple(self._recipients), bytes(self._buffer[:end])))
        del self._buffer[: end + (3 if end == 0 else len(_END))]
        self._recipients.clear()
        self._in_data = False
        replies.append(_OK)
        return True

    def _command(self, replies: list[bytes]) -> bool:
        line, _, self._buffer = self._buffer.partition(b"\n")
        verb = bytes(line[:4]).upper()
        if verb == b"RCPT":
            self._recipients += [path.decode("utf-8", "replace") for path in _PATH.findall(line)]
        elif verb in (b"MAIL", b"RSET", b"EHLO", b"HELO"):
            self._recipients.clear()
        self._in_data = verb == b"DATA" and bool(self._recipients)
        replies.append(self._answer(verb))
        return verb != b"QUIT"

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            return _GO_AHEAD if self._in_data else _NO_RECIPIENT
        answers = {b"EHLO": _CAPABILITIES, b"QUIT": _BYE}
        return answers.get(verb, _OK if verb in (b"MAIL", b"RCPT", b"RSET", b"HELO", b"NOOP") else _UNKNOWN)


@asynccontextmanager
async def smtp_sink(
    host: str = "127.0.0.1", port: int = 0, *, journal: Path | None = None, remember: bool = True
) -> AsyncIterator[SmtpSink]:
    """A listening sink (port 0: any free one). `remember`: keep each mail's ids and links in memory."""
    sink = SmtpSink(journal, remember=remember)
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(sink), host, port, backlog=512)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        sink.close()


def _mail(recipients: tuple[str, ...], content: bytes) -> Mail:
    named = _MESSAGE_ID.search(content)
    links: dict[str, dict[str, None]] = {}
    for link in _TRACKED.finditer(_SOFT_BREAK.sub(b"", content)):
        links.setdefault(link[1].decode(), {})[link[0].decode()] = None
    message_id = named[1].decode("ascii", "replace") if named else ""
    return Mail(recipients, message_id, {kind: tuple(found) for kind, found in links.items()})
