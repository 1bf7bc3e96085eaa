"""What analytics tells the world."""

from typing import Annotated, Literal

from msgspec import Meta

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.application.shared.published_fields import At, Messages

Figure = Literal[
    "sent",
    "failed",
    "skipped",
    "uncertain",
    "delivered",
    "opened",
    "clicked",
    "bounced_hard",
    "bounced_soft",
    "complained",
    "unsubscribed",
    "replied",
    "converted",
    "assisted",
    "holdout_converted",
]
"""What is counted. `assisted`: had a part in a conversion that counts for another message of the same person;
`holdout_converted`: a conversion of somebody who was held out."""


class MetricUpdatedNews(PublishedEvent, frozen=True, kw_only=True):
    """A figure of a campaign may have changed: what it is now. Hits of machines are not counted."""

    metric_type: Figure
    count: Messages
    rate: Annotated[
        float | None,
        Meta(
            description="In percent: deliveries and bounces of what was sent, what people did of what was delivered;"
            " null for other figures, and where nothing was sent or delivered"
        ),
    ]
    updated_at: At


PUBLISHED: PublishedCatalogue = {"campaign.metric.updated": MetricUpdatedNews}
