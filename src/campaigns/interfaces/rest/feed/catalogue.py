"""All news of the service."""

from campaigns.application.analytics.published import PUBLISHED as ANALYTICS
from campaigns.application.audience.published import PUBLISHED as AUDIENCE
from campaigns.application.campaign.published import PUBLISHED as CAMPAIGN
from campaigns.application.delivery.published import PUBLISHED as DELIVERY
from campaigns.application.shared.published import WireNames


def all_news() -> WireNames:
    """Every wire name and its struct."""
    return WireNames((CAMPAIGN, DELIVERY, AUDIENCE, ANALYTICS))
