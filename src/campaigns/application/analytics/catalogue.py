"""Everything analytics can do, and every question it answers."""

from collections.abc import Mapping

from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics, CampaignMetricsHandler
from campaigns.application.analytics.queries.campaign_stats import CampaignStats, CampaignStatsHandler

COMMANDS: Mapping[type, type] = {}

QUERIES: Mapping[type, type] = {
    CampaignMetrics: CampaignMetricsHandler,
    CampaignStats: CampaignStatsHandler,
}
