"""What a notification service tells of messages: the same feedback as over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from campaigns.application.analytics.commands.take_feedback import TakeFeedback
from campaigns.application.analytics.feedback import FeedbackReport
from campaigns.application.analytics.ports import FactDetail, FactName
from campaigns.domain.delivery.messages import parse_message_id
from campaigns.domain.delivery.refusals import is_hard_bounce
from campaigns.interfaces.nats.received import Received

Text = Annotated[str, Meta(max_length=2_000)]
_LARGEST = 2**31 - 1
_PROVIDER = "nats"

NAMES: dict[str, FactName] = {
    "notification.delivered": FactName.DELIVERED,
    "notification.failed": FactName.BOUNCED,  # it was accepted, then it could not be delivered
    "notification.bounced": FactName.BOUNCED,
    "notification.opened": FactName.OPENED,
    "notification.clicked": FactName.CLICKED,
    "notification.complained": FactName.COMPLAINED,
    "notification.unsubscribed": FactName.UNSUBSCRIBED,
    "notification.replied": FactName.REPLIED,
}


class Metadata(Struct, frozen=True):
    """What was sent along with the message."""

    message_id: Text | None = None


class NotificationEvent(Struct, frozen=True, kw_only=True):
    """A notification service tells what became of a message; messages of others are passed over.

    `message_id` is ours, here or in the metadata that was sent along.
    """

    message_id: Annotated[Text | None, Meta(examples=["1017-42"])] = None
    metadata: Metadata = Metadata()
    bounce_type: Literal["hard", "soft"] | None = None
    reason: Text | None = None
    error_message: Text | None = None
    error: Text | None = None
    url: Text | None = None
    link_url: Text | None = None
    user_agent: Text | None = None


def feedback_from(events: Sequence[Received[NotificationEvent]]) -> list[TakeFeedback]:
    """One command for all of them, whosever messages they are about."""
    reports = tuple(report for event in events if (report := _report(event)) is not None)
    return [TakeFeedback(caller=events[0].caller, provider=_PROVIDER, reports=reports, trusted=True)] if reports else []


def _report(event: Received[NotificationEvent]) -> FeedbackReport | None:
    """None when the message is none of ours."""
    body, name = event.body, NAMES[event.consumed.subject]
    message = parse_message_id(body.metadata.message_id or body.message_id or "")
    if message is None or max(message) > _LARGEST:
        return None
    reason = body.reason or body.error_message or body.error
    return FeedbackReport(
        event_id=event.consumed.key.hex,
        execution_no=message[0],
        seq=message[1],
        name=name,
        at=event.at,
        detail=FactDetail(
            hard=_is_hard(body, reason) if name is FactName.BOUNCED else None,
            reason=reason,
            url=body.url or body.link_url,
            user_agent=body.user_agent,
        ),
        consumed=event.consumed,
    )


def _is_hard(body: NotificationEvent, reason: str | None) -> bool:
    return body.bounce_type == "hard" if body.bounce_type else is_hard_bounce(reason)
