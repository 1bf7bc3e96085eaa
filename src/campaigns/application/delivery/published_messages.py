"""What delivery tells the world about single messages. Names and shapes are for ever; fields come with defaults."""

from datetime import datetime
from uuid import UUID

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent


class MessageNews(PublishedEvent, frozen=True, kw_only=True):
    """One message of one execution; `occurred_at` is when it happened, as far as the reporter knew."""

    execution_id: UUID
    message_id: str
    user_id: str
    channel: str | None
    variant: int | None
    occurred_at: datetime


class MessageQueuedNews(MessageNews, frozen=True, kw_only=True):
    """A message is in the plan and waits for its batch."""


class MessageSentNews(MessageNews, frozen=True, kw_only=True):
    """The provider took the message. `notification_id` is the id that providers know it by."""

    notification_id: str


class MessageDeliveredNews(MessageNews, frozen=True, kw_only=True):
    """The provider says that it arrived."""

    delivered_at: datetime


class MessageOpenedNews(MessageNews, frozen=True, kw_only=True):
    """It was opened, once more or for the first time; machines open messages, too."""

    opened_at: datetime
    user_agent: str | None = None


class MessageClickedNews(MessageNews, frozen=True, kw_only=True):
    """A link in it was followed."""

    clicked_at: datetime
    link_url: str | None = None
    user_agent: str | None = None


class MessageConvertedNews(MessageNews, frozen=True, kw_only=True):
    """It is credited with a conversion; `weight` is its share in ten-thousandths, `value` the whole amount."""

    conversion_event: str | None = None
    value: str | None = None
    currency: str | None = None
    weight: int | None = None


class MessageBouncedNews(MessageNews, frozen=True, kw_only=True):
    """It came back; `bounce_type` is hard (for good) or soft (for now)."""

    bounce_type: str
    reason: str | None = None


class MessageFailedNews(MessageNews, frozen=True, kw_only=True):
    """It could not be handed over by any channel."""

    reason: str | None = None


class MessageComplainedNews(MessageNews, frozen=True, kw_only=True):
    """The person called it spam."""


class MessageUnsubscribedNews(MessageNews, frozen=True, kw_only=True):
    """The person does not want more like it."""


class MessageRepliedNews(MessageNews, frozen=True, kw_only=True):
    """The person answered."""


class MessageSkippedNews(MessageNews, frozen=True, kw_only=True):
    """It was not sent, for a reason of the closed list."""

    reason: str | None = None


class MessageUncertainNews(MessageNews, frozen=True, kw_only=True):
    """It was handed over and the answer was lost: perhaps sent, perhaps not."""

    reason: str | None = None


MESSAGES: PublishedCatalogue = {
    "campaign.message.queued": MessageQueuedNews,
    "campaign.message.sent": MessageSentNews,
    "campaign.message.delivered": MessageDeliveredNews,
    "campaign.message.opened": MessageOpenedNews,
    "campaign.message.clicked": MessageClickedNews,
    "campaign.message.converted": MessageConvertedNews,
    "campaign.message.bounced": MessageBouncedNews,
    "campaign.message.failed": MessageFailedNews,
    "campaign.message.complained": MessageComplainedNews,
    "campaign.message.unsubscribed": MessageUnsubscribedNews,
    "campaign.message.replied": MessageRepliedNews,
    "campaign.message.skipped": MessageSkippedNews,
    "campaign.message.uncertain": MessageUncertainNews,
}
