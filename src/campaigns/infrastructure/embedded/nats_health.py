"""What a NATS server says of itself on its monitor."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

import msgspec

_PATIENCE = 1.0  # seconds


def health_error(monitor_url: str) -> str | None:
    """The server's own words for what is wrong; None when nothing is, or when it does not answer."""
    connection = HTTPConnection(monitor_url.removeprefix("http://"), timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        if answer.status == HTTPStatus.OK:
            return None
        return str(msgspec.json.decode(answer.read()).get("error", answer.status))
    except (OSError, HTTPException, msgspec.DecodeError, AttributeError):
        return None
    finally:
        connection.close()
