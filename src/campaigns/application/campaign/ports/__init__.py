"""What campaigns ask of the world around them: one file for each role."""

from campaigns.application.campaign.ports.campaigns import CampaignHistory, Campaigns, HistoryEntry
from campaigns.application.campaign.ports.checks import AddressPolicy, ContentChecks, Placed, RuleChecks
from campaigns.application.campaign.ports.figures import AudienceSizes, CampaignFigures, Limits
from campaigns.application.campaign.ports.listing import (
    CampaignFilter,
    CampaignListing,
    CampaignPage,
    CampaignSummary,
    SortField,
)
from campaigns.application.campaign.ports.tasks import OrderedTask, OrderedTasks, PlannedTask, TaskService
from campaigns.application.campaign.ports.timetable import (
    Recurrence,
    SchedulingRules,
    SendingHours,
    Timetable,
    TimetableEntry,
)

__all__ = [
    "AddressPolicy",
    "AudienceSizes",
    "CampaignFigures",
    "CampaignFilter",
    "CampaignHistory",
    "CampaignListing",
    "CampaignPage",
    "CampaignSummary",
    "Campaigns",
    "ContentChecks",
    "HistoryEntry",
    "Limits",
    "OrderedTask",
    "OrderedTasks",
    "Placed",
    "PlannedTask",
    "Recurrence",
    "RuleChecks",
    "SchedulingRules",
    "SendingHours",
    "SortField",
    "TaskService",
    "Timetable",
    "TimetableEntry",
]
