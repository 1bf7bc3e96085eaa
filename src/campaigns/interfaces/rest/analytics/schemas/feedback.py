"""What providers report of single messages."""

from typing import Annotated, Literal

from msgspec import Meta

from campaigns.interfaces.rest.wire import Body, Name, Text, UtcInstant, View


class ProviderEvent(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What a provider says of one message. `message_id` is the one it was given with the message."""

    message_id: Name
    type: Literal["delivered", "bounced", "opened", "clicked", "complained", "unsubscribed", "replied"]
    event_id: Name | None = None
    at: UtcInstant | None = None
    bounce_type: Literal["hard", "soft"] | None = None
    reason: Text | None = None
    url: Text | None = None
    user_agent: Text | None = None


class ProviderEvents(Body, frozen=True, kw_only=True, omit_defaults=True):
    events: Annotated[list[ProviderEvent], Meta(min_length=1, max_length=1_000)]


class FeedbackAnswer(View, frozen=True, kw_only=True):
    """`unknown` are the message ids that are not known here; `kept` reports wait until the database is back."""

    accepted: int
    unknown: list[str]
    kept: int = 0


class UnreadableView(View, frozen=True, kw_only=True):
    """Where in the post it stands, and what is wrong with it."""

    pointer: str
    message: str


class WebhookAnswer(View, frozen=True, kw_only=True):
    """Events taken; `kept` until the database is back; about mails of others (`foreign`); and what cannot be read."""

    accepted: int
    kept: int
    foreign: int
    unreadable: list[UnreadableView]
