"""Many messages to NATS at once: nats-py checks, encodes and copies the header of each anew."""

from collections.abc import Iterable, Mapping

import nats.errors
from nats.aio.client import Client

_LINE_ENDS = str.maketrans("\r\n", "  ")


class FramingClient(Client):
    """nats-py's client, and one way more to publish."""

    async def publish_many(self, messages: Iterable[tuple[str, Mapping[str, str], bytes]]) -> None:
        """Subject, headers and payload of each, in their order. Refused at once while not connected."""
        if not self.is_connected:
            raise nats.errors.ConnectionReconnectingError
        largest = self.max_payload
        for subject, headers, payload in messages:
            if len(payload) > largest:
                raise nats.errors.MaxPayloadError
            await self._send_command(framed(subject, headers, payload))
        await self._flush_pending()


def framed(subject: str, headers: Mapping[str, str], payload: bytes) -> bytes:
    """A message as it goes over the wire; line ends in a value, which would begin another header, become spaces."""
    if len(subject.split()) != 1:
        raise nats.errors.BadSubjectError
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if not lines.count("\n") == lines.count("\r") == len(headers):
        lines = "".join([f"{name}: {value.translate(_LINE_ENDS)}\r\n" for name, value in headers.items()])
    header = f"NATS/1.0\r\n{lines}\r\n".encode()
    command = f"HPUB {subject} {len(header)} {len(header) + len(payload)}\r\n".encode()
    return b"".join((command, header, payload, b"\r\n"))
