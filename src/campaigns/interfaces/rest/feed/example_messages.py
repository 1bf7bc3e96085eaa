"""One believable event of each kind that tells of a message, a person or a figure: the examples of the contract."""

from datetime import UTC, datetime, timedelta
from typing import Any

from campaigns.application.analytics.published import MetricUpdatedNews
from campaigns.application.audience.published import PersonErasedNews
from campaigns.application.delivery import published_messages as told
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.shared.channels import ChannelType
from campaigns.interfaces.rest.feed.example_decisions import AT, CAMPAIGN, EXECUTION, SHORT

MESSAGE = "17-4711"
_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)"


def _one(kind: type[told.MessageNews], at: datetime, **more: Any) -> told.MessageNews:
    return kind(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        message_id=MESSAGE,
        user_id="u-1017",
        channel=ChannelType.EMAIL,
        variant=0,
        variant_id=SHORT,
        variant_name="Short",
        occurred_at=at,
        **more,
    )


_SENT, _ARRIVED = AT + timedelta(seconds=9), AT + timedelta(seconds=11)
_OPENED, _CLICKED = datetime(2027, 1, 1, 17, 42, 5, tzinfo=UTC), datetime(2027, 1, 1, 17, 42, 31, tzinfo=UTC)
_BOUGHT = datetime(2027, 1, 1, 17, 58, tzinfo=UTC)

MESSAGES: tuple[PublishedEvent, ...] = (
    _one(told.MessageQueuedNews, AT),
    _one(told.MessageSentNews, _SENT, notification_id=MESSAGE),
    _one(told.MessageDeliveredNews, _ARRIVED, delivered_at=_ARRIVED),
    _one(told.MessageOpenedNews, _OPENED, opened_at=_OPENED, user_agent=_BROWSER),
    _one(
        told.MessageClickedNews,
        _CLICKED,
        clicked_at=_CLICKED,
        link_url="https://shop.example/new-year",
        user_agent=_BROWSER,
    ),
    _one(
        told.MessageConvertedNews,
        _BOUGHT,
        conversion_event="order.completed",
        value="59.90",
        currency="EUR",
        weight=10_000,
    ),
    _one(told.MessageBouncedNews, _ARRIVED, bounce_type="hard", reason="550 5.1.1 no such user"),
    _one(told.MessageFailedNews, _SENT, reason="550 5.7.1 not accepted from this sender"),
    _one(told.MessageComplainedNews, _CLICKED),
    _one(told.MessageUnsubscribedNews, _CLICKED),
    _one(told.MessageRepliedNews, _CLICKED),
    _one(told.MessageSkippedNews, _SENT, reason="suppressed_unsubscribed"),
    _one(told.MessageUncertainNews, _SENT, reason="the connection was lost after the message was handed over"),
    PersonErasedNews(
        campaign_id=CAMPAIGN,
        message_ids=(MESSAGE, "23-88"),
        pseudonym="erased:0190f6a3-11d2-7e05-b6c4-7a8b9c0d1e2f",
        erased_at=_CLICKED,
    ),
    MetricUpdatedNews(campaign_id=CAMPAIGN, metric_type="clicked", count=1_140, rate=12.0, updated_at=_CLICKED),
)
