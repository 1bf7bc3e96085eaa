"""Opening a session: connect, greet, encrypt, authenticate."""

import asyncio
import ssl
from base64 import b64encode
from functools import cache

from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.senders.smtp.wire import Reply, Wire, WireError

_READY = 220
_NEED_MORE = 334
_FAREWELL = 1.0  # seconds


class SessionError(Exception):
    """The server cannot be used now, or not with these settings."""


class Session:
    """A connection that is ready for MAIL."""

    def __init__(self, wire: Wire, capabilities: dict[str, str]) -> None:
        self.wire = wire
        self.pipelining = "PIPELINING" in capabilities
        self.utf8 = "SMTPUTF8" in capabilities
        self.used_at = asyncio.get_running_loop().time()

    @property
    def usable(self) -> bool:
        return not self.wire.dead and self.wire.quiet

    async def quit(self) -> None:
        """Say good-bye without waiting for the answer; returns when the socket is closed."""
        if not self.wire.dead and self.wire.transport is not None:
            self.wire.write(b"QUIT\r\n")
            self.wire.transport.close()
        try:
            async with asyncio.timeout(_FAREWELL):
                await self.wire.gone.wait()
        except TimeoutError:
            self.wire.abort()


async def open_session(settings: SmtpSettings) -> Session:
    """Raises SessionError with a short reason."""
    try:
        async with asyncio.timeout(settings.connect_timeout):
            wire = await _connect(settings)
            try:
                return await _introduce(wire, settings)
            except BaseException:  # when the time is up this is a cancellation, and the socket is still open
                wire.abort()
                raise
    except TimeoutError as error:
        raise SessionError("timeout while connecting") from error
    except (OSError, WireError) as error:
        raise SessionError(str(error) or type(error).__name__) from error


async def _connect(settings: SmtpSettings) -> Wire:
    context = _context(verify=settings.verify) if settings.security == "tls" else None
    _, wire = await asyncio.get_running_loop().create_connection(
        lambda: Wire(settings.reply_timeout), settings.host, settings.port, ssl=context
    )
    return wire


async def _introduce(wire: Wire, settings: SmtpSettings) -> Session:
    _expect(await wire.reply(), _READY, "greeting")
    capabilities = await _hello(wire, settings)
    if settings.security == "starttls":
        capabilities = await _encrypt(wire, settings, capabilities)
    if settings.username:
        await _authenticate(wire, settings, capabilities)
    return Session(wire, capabilities)


async def _hello(wire: Wire, settings: SmtpSettings) -> dict[str, str]:
    reply = await _ask(wire, f"EHLO {settings.greeting}")
    if reply.good:
        words = (line.decode("ascii", "replace").partition(" ") for line in reply.lines[1:])
        return {keyword.upper(): arguments.upper() for keyword, _, arguments in words}
    reply = await _ask(wire, f"HELO {settings.greeting}")
    if not reply.good:
        raise SessionError(f"HELO: {reply}")
    return {}


async def _encrypt(wire: Wire, settings: SmtpSettings, capabilities: dict[str, str]) -> dict[str, str]:
    if "STARTTLS" not in capabilities:
        raise SessionError("the server does not offer STARTTLS")
    _expect(await _ask(wire, "STARTTLS"), _READY, "STARTTLS")
    if not wire.quiet:  # whatever was said in the clear must not be read as if it had been encrypted
        raise SessionError("the server spoke between STARTTLS and TLS")
    transport = await asyncio.get_running_loop().start_tls(
        wire.transport,  # type: ignore[arg-type]
        wire,
        _context(verify=settings.verify),
        server_hostname=settings.host,
    )
    wire.transport = transport
    return await _hello(wire, settings)


async def _authenticate(wire: Wire, settings: SmtpSettings, capabilities: dict[str, str]) -> None:
    if settings.security == "none" and not settings.clear_text_password:
        raise SessionError("a password is not sent over an unencrypted connection")
    offered = capabilities.get("AUTH", "").split()
    user, password = settings.username.encode(), settings.password.encode()
    if "PLAIN" in offered:
        reply = await _ask(wire, "AUTH PLAIN " + b64encode(b"\0%s\0%s" % (user, password)).decode())
    elif "LOGIN" in offered:
        _expect(await _ask(wire, "AUTH LOGIN"), _NEED_MORE, "AUTH")
        _expect(await _ask(wire, b64encode(user).decode()), _NEED_MORE, "AUTH")
        reply = await _ask(wire, b64encode(password).decode())
    else:
        raise SessionError("the server offers neither AUTH PLAIN nor AUTH LOGIN")
    if not reply.good:
        raise SessionError(f"AUTH: {reply}")


async def _ask(wire: Wire, command: str) -> Reply:
    wire.write(command.encode() + b"\r\n")
    return await wire.reply()


def _expect(reply: Reply, code: int, step: str) -> None:
    if reply.code != code:
        raise SessionError(f"{step}: {reply}")


@cache
def _context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
