"""A mail server of aiosmtpd on a socket that listens already: nobody else can have taken its port meanwhile."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from tests.support.waiting import PATIENCE


class _Listening(Controller):
    def __init__(self, handler: object, listening: socket.socket) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=listening.getsockname()[1], ready_timeout=PATIENCE)
        self._listening = listening

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


@contextmanager
def mail_server(handler: object) -> Iterator[int]:
    """The port at which `handler` gets what is delivered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        controller = _Listening(handler, listening)
        controller.start()
        try:
            yield controller.port
        finally:
            controller.stop()
