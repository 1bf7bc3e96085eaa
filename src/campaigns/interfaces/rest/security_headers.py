"""Headers that keep browsers from helping an attacker."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ON_PAGES = [(b"content-security-policy", _POLICY), (b"x-frame-options", b"DENY")]


def with_security_headers(app: ASGIApp) -> ASGIApp:
    """Every answer forbids sniffing; every page forbids foreign and inline code, and frames."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = dict(message["headers"])
                wanted = _ALWAYS + (_ON_PAGES if given.get(b"content-type", b"").startswith(b"text/html") else [])
                missing = [header for header in wanted if header[0] not in given]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await app(scope, receive, adding)

    return guarded
