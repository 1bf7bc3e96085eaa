"""What analytics tells the world."""

from datetime import datetime

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent


class MetricUpdatedNews(PublishedEvent, frozen=True, kw_only=True):
    """Figures of a campaign have changed: the present count, and its rate in percent where it has one."""

    metric_type: str
    count: int
    rate: float | None
    updated_at: datetime


PUBLISHED: PublishedCatalogue = {"campaign.metric.updated": MetricUpdatedNews}
