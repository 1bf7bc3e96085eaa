"""The protocol of Redis and Valkey, as far as a memory needs it: commands of bytes, answers of one value."""

import asyncio
from collections.abc import Sequence

_LARGEST = 8_388_608


class WrongAnswerError(Exception):
    """The server refused, or speaks otherwise."""


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: bytes) -> bytes | None:
    """One command and its answer; None when there is nothing. WrongAnswerError, OSError, EOFError."""
    writer.write(_written(words))
    await writer.drain()
    line = (await reader.readuntil(b"\r\n"))[:-2]
    kind, rest = line[:1], line[1:]
    match kind:
        case b"+" | b":":
            return rest
        case b"$":
            return await _bulk(reader, int(rest))
    raise WrongAnswerError(rest.decode(errors="replace")[:200])


async def _bulk(reader: asyncio.StreamReader, size: int) -> bytes | None:
    if size < 0:
        return None
    if size > _LARGEST:
        raise WrongAnswerError(f"an answer of {size} bytes")
    return (await reader.readexactly(size + 2))[:-2]


def _written(words: Sequence[bytes]) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
