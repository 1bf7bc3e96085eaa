"""A mail server that takes all mail and answers each after a while."""

import asyncio
from multiprocessing.sharedctypes import Synchronized

_END = b"\r\n.\r\n"
_HELLO = b"250-sink\r\n250 PIPELINING\r\n"


def serve_slowly(delay: float, port: "Synchronized[int]", arrived: "Synchronized[int]") -> None:
    """Until it is ended; `port` says where, `arrived` how many."""
    asyncio.run(_serve(delay, port, arrived))


async def _serve(delay: float, port: "Synchronized[int]", arrived: "Synchronized[int]") -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        try:
            while command := await reader.readline():
                match command[:4].upper():
                    case b"EHLO":
                        writer.write(_HELLO)
                    case b"DATA":
                        writer.write(b"354 go ahead\r\n")
                        await reader.readuntil(_END)
                        if delay:
                            await asyncio.sleep(delay)
                        arrived.value += 1
                        writer.write(b"250 Ok\r\n")
                    case _:
                        writer.write(b"250 Ok\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            return

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port.value = server.sockets[0].getsockname()[1]
    await server.serve_forever()
