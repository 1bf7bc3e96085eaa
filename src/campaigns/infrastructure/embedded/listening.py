"""The API's socket, bound before and kept beyond any one API process: a restart refuses nobody."""

import socket

_WAITING = 2048


class PortTakenError(Exception):
    """Somebody else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes any free one. Inheritable by children that are given its number."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(_WAITING)
    except OSError as error:
        made.close()
        raise PortTakenError(f"cannot listen on {host}, port {port} (PORT): {error.strerror}") from error
    made.setblocking(False)  # noqa: FBT003 - the socket API's own word
    return made


def address(listening: socket.socket) -> str:
    """As a browser on this machine takes it."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
