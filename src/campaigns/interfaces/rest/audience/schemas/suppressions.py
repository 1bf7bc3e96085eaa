"""Suppressions as they travel."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from campaigns.application.audience.commands.suppress_people import Said
from campaigns.domain.audience.suppression import Suppression, SuppressionReason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.rest.audience.schemas.people import UserIdText
from campaigns.interfaces.rest.wire import Body, View

ChannelOrAll = Annotated[
    Literal["*", "email", "sms", "whatsapp", "push", "in_app", "web", "social", "display", "webhook", "pop_up"],
    Meta(description="A channel, or * for all of them"),
]


class SuppressionBody(Body, frozen=True, kw_only=True):
    user_id: UserIdText
    channel: ChannelOrAll = "*"
    reason: SuppressionReason = "manual"

    def said(self) -> Said:
        channel: ChannelType | Literal["*"] = "*" if self.channel == "*" else ChannelType(self.channel)
        return Said(user_id=UserId(self.user_id), channel=channel, reason=self.reason)


class SuppressionsBody(Body, frozen=True, kw_only=True):
    """Many at once; an entry for the same person and channel is replaced."""

    suppressions: Annotated[list[SuppressionBody], Meta(min_length=1, max_length=10_000)]


class Suppressed(View, frozen=True, kw_only=True):
    accepted: int


class SuppressionView(View, frozen=True, kw_only=True):
    user_id: str
    channel: str
    reason: str
    source: str
    created_by: str
    created_at: datetime


class SuppressionList(View, frozen=True, kw_only=True):
    suppressions: list[SuppressionView]
    total: int
    limit: int
    has_more: bool
    next_cursor: str | None


def suppression_view(one: Suppression) -> SuppressionView:
    return SuppressionView(**{name: getattr(one, name) for name in SuppressionView.__struct_fields__})
