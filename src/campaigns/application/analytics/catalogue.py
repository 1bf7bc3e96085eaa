"""Everything analytics can do, and every question it answers."""

from collections.abc import Mapping

from campaigns.application.analytics.commands.drop_dead_letter import DropDeadLetter, DropDeadLetterHandler
from campaigns.application.analytics.commands.rebuild_metrics import RebuildMetrics, RebuildMetricsHandler
from campaigns.application.analytics.commands.record_conversions import RecordConversions, RecordConversionsHandler
from campaigns.application.analytics.commands.report_metrics import ReportMetrics, ReportMetricsHandler
from campaigns.application.analytics.commands.republish_events import RepublishEvents, RepublishEventsHandler
from campaigns.application.analytics.commands.rescore_hits import RescoreHits, RescoreHitsHandler
from campaigns.application.analytics.commands.retry_dead_letter import RetryDeadLetter, RetryDeadLetterHandler
from campaigns.application.analytics.commands.switch_rules import SwitchRules, SwitchRulesHandler
from campaigns.application.analytics.commands.take_feedback import TakeFeedback, TakeFeedbackHandler
from campaigns.application.analytics.commands.take_webhook import TakeWebhook, TakeWebhookHandler
from campaigns.application.analytics.queries.attribute_conversions import (
    AttributeConversions,
    AttributeConversionsHandler,
)
from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics, CampaignMetricsHandler
from campaigns.application.analytics.queries.campaign_stats import CampaignStats, CampaignStatsHandler
from campaigns.application.analytics.queries.compare_rules import CompareRules, CompareRulesHandler
from campaigns.application.analytics.queries.list_dead_letters import ListDeadLetters, ListDeadLettersHandler
from campaigns.application.analytics.queries.read_feed import ReadFeed, ReadFeedHandler

COMMANDS: Mapping[type, type] = {
    DropDeadLetter: DropDeadLetterHandler,
    RecordConversions: RecordConversionsHandler,
    RebuildMetrics: RebuildMetricsHandler,
    ReportMetrics: ReportMetricsHandler,
    RepublishEvents: RepublishEventsHandler,
    RetryDeadLetter: RetryDeadLetterHandler,
    RescoreHits: RescoreHitsHandler,
    SwitchRules: SwitchRulesHandler,
    TakeFeedback: TakeFeedbackHandler,
    TakeWebhook: TakeWebhookHandler,
}

QUERIES: Mapping[type, type] = {
    AttributeConversions: AttributeConversionsHandler,
    CampaignMetrics: CampaignMetricsHandler,
    CampaignStats: CampaignStatsHandler,
    ListDeadLetters: ListDeadLettersHandler,
    CompareRules: CompareRulesHandler,
    ReadFeed: ReadFeedHandler,
}
