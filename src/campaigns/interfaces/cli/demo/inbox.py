"""What the demo sees of the mail that arrives."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class ArrivedMail(Protocol):
    """One mail: who got it, and its tracking links by kind (o: pixel, c: links, u: unsubscribe)."""

    @property
    def recipients(self) -> tuple[str, ...]: ...

    @property
    def links(self) -> Mapping[str, tuple[str, ...]]: ...


class Inbox(Protocol):
    """A local mail server that keeps what arrives."""

    @property
    def port(self) -> int: ...

    @property
    def arrived(self) -> int: ...

    @property
    def per_recipient(self) -> Mapping[str, int]: ...

    @property
    def mails(self) -> Sequence[ArrivedMail]: ...
