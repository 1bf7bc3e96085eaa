"""The words of a campaign, and the small values that its definition is made of: one file for each part of it."""

from campaigns.domain.campaign.values.audience import (
    AudienceDefinition,
    AudienceSource,
    TestGroup,
)
from campaigns.domain.campaign.values.changes import Change, Totals
from campaigns.domain.campaign.values.findings import (
    ArmFigures,
    Decided,
    DrawnShare,
    DrawnShares,
    ExperimentOutcome,
    Finding,
)
from campaigns.domain.campaign.values.kinds import Approval, CampaignType, Mode, RunKind, Status
from campaigns.domain.campaign.values.schedule import Instant, Misfire, Schedule, ScheduleFields
from campaigns.domain.campaign.values.triggers import Conversion, QuietHours, TriggerDefinition, TriggerFields
from campaigns.domain.campaign.values.variants import Experiment, Fallback, Variant, VariantFields

__all__ = [
    "Approval",
    "ArmFigures",
    "AudienceDefinition",
    "AudienceSource",
    "CampaignType",
    "Change",
    "Conversion",
    "Decided",
    "DrawnShare",
    "DrawnShares",
    "Experiment",
    "ExperimentOutcome",
    "Fallback",
    "Finding",
    "Instant",
    "Misfire",
    "Mode",
    "QuietHours",
    "RunKind",
    "Schedule",
    "ScheduleFields",
    "Status",
    "TestGroup",
    "Totals",
    "TriggerDefinition",
    "TriggerFields",
    "Variant",
    "VariantFields",
]
