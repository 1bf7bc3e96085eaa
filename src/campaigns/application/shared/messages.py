"""The two kinds of message the application understands."""

from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller


class Command(Struct, frozen=True, kw_only=True):
    """An intention to change something; its name is an imperative."""

    caller: Caller


class Query(Struct, frozen=True, kw_only=True):
    """A question; answering it changes nothing."""

    caller: Caller


class Receipt(Struct, frozen=True, kw_only=True):
    """What a command leaves behind: the aggregate, its new version, and the feed position of its last event."""

    id: UUID
    version: int
    position: int
