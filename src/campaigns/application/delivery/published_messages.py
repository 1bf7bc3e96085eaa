"""What delivery tells the world about single messages. Names and shapes are for ever; fields come with defaults."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.application.shared.published_fields import At, ExecutionId, Reason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason

MessageName = Annotated[str, Meta(description="The message, unique in the installation: all its events name it so")]
Person = Annotated[str, Meta(description="The person it was planned for, as imports name them")]
SkipReasonName = Annotated[
    str, Meta(description=f"One of {', '.join(reason.wire_name for reason in SkipReason if reason)}")
]
UserAgent = Annotated[str, Meta(description="What opened it said of itself")]


class MessageNews(PublishedEvent, frozen=True, kw_only=True):
    """One message of one execution; `occurred_at` is when it happened, as far as the reporter knew."""

    execution_id: ExecutionId
    message_id: MessageName
    user_id: Person
    channel: ChannelType | None
    variant: Annotated[
        int | None,
        Meta(
            description="Its number, from 0, in the order of the campaign's variants at launch; the number after the"
            " last one is whoever waits for the winner of a test. Null where there are no variants"
        ),
    ]
    variant_id: Annotated[
        UUID | None,
        Meta(
            description="The variant, as `GET /campaigns/{id}/variants` names it; of whoever waits for the winner of a"
            " test null, and the winner when that is known. Null where there are no variants"
        ),
    ] = None
    variant_name: Annotated[str | None, Meta(description="Its name when the run began; null where `variant_id` is")] = (
        None
    )
    occurred_at: Annotated[datetime, Meta(tz=True, description="UTC; when it happened, as far as the reporter knew")]


class MessageQueuedNews(MessageNews, frozen=True, kw_only=True):
    """A message is in the plan and waits for its batch."""


class MessageSentNews(MessageNews, frozen=True, kw_only=True):
    """The provider took a message."""

    notification_id: Annotated[str, Meta(description="The id that providers were given for it")]


class MessageDeliveredNews(MessageNews, frozen=True, kw_only=True):
    """The provider says that a message arrived."""

    delivered_at: At


class MessageOpenedNews(MessageNews, frozen=True, kw_only=True):
    """A message was opened, for the first time or once more, by a person or a machine: figures tell them apart."""

    opened_at: At
    user_agent: UserAgent | None = None


class MessageClickedNews(MessageNews, frozen=True, kw_only=True):
    """A link in a message was followed, by a person or a machine: figures tell them apart."""

    clicked_at: At
    link_url: Annotated[str | None, Meta(description="Where the link leads")] = None
    user_agent: UserAgent | None = None


class MessageConvertedNews(MessageNews, frozen=True, kw_only=True):
    """A message is credited with a conversion, or with a share of one."""

    conversion_event: Annotated[str | None, Meta(description="What the person did: the event's type")] = None
    value: Annotated[str | None, Meta(description="Of the whole conversion, a decimal number")] = None
    currency: Annotated[str | None, Meta(description="ISO 4217")] = None
    weight: Annotated[int | None, Meta(description="Its share of the conversion, in ten-thousandths")] = None


class MessageBouncedNews(MessageNews, frozen=True, kw_only=True):
    """A message came back; `bounce_type` is hard (for good) or soft (for now)."""

    bounce_type: Literal["hard", "soft"]
    reason: Reason | None = None


class MessageFailedNews(MessageNews, frozen=True, kw_only=True):
    """A message could not be handed over by any channel."""

    reason: Reason | None = None


class MessageComplainedNews(MessageNews, frozen=True, kw_only=True):
    """The person called the message spam."""


class MessageUnsubscribedNews(MessageNews, frozen=True, kw_only=True):
    """The person does not want more messages like it."""


class MessageRepliedNews(MessageNews, frozen=True, kw_only=True):
    """The person answered the message."""


class MessageSkippedNews(MessageNews, frozen=True, kw_only=True):
    """A message was planned and then not sent: so it was decided when its turn came."""

    reason: SkipReasonName | None = None


class MessageUncertainNews(MessageNews, frozen=True, kw_only=True):
    """A message was handed over and the answer was lost: perhaps sent, perhaps not."""

    reason: Reason | None = None


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
