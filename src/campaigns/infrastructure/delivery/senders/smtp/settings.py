"""How to reach a mail server."""

from typing import Literal

from msgspec import Struct


class SmtpSettings(Struct, frozen=True, kw_only=True):
    """`security`: none; starttls (required, never optional); tls (from the first byte). Times in seconds."""

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: str = ""
    verify: bool = True
    clear_text_password: bool = False  # let AUTH go over an unencrypted connection
    connections: int = 10
    connect_timeout: float = 10.0
    reply_timeout: float = 60.0
    idle_seconds: float = 30.0
    greeting: str = "localhost"

    def __repr__(self) -> str:
        return f"SmtpSettings({self.security} {self.host}:{self.port})"
