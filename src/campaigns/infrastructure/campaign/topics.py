"""How campaign events are called on disk, for ever."""

from campaigns.domain.campaign import events
from campaigns.infrastructure.eventstore.topics import Topics

TOPICS = Topics(
    {
        "campaign.created": events.CampaignCreated,
        "campaign.updated": events.CampaignUpdated,
        "campaign.scheduled": events.CampaignScheduled,
        "campaign.unscheduled": events.CampaignUnscheduled,
        "campaign.activated": events.CampaignActivated,
        "campaign.started": events.CampaignStarted,
        "campaign.occurrence_skipped": events.CampaignOccurrenceSkipped,
        "campaign.paused": events.CampaignPaused,
        "campaign.resumed": events.CampaignResumed,
        "campaign.completed": events.CampaignCompleted,
        "campaign.cancelled": events.CampaignCancelled,
        "campaign.deleted": events.CampaignDeleted,
        "campaign.submitted": events.CampaignSubmitted,
        "campaign.approved": events.CampaignApproved,
        "campaign.rejected": events.CampaignRejected,
        "campaign.shares_drawn": events.CampaignSharesDrawn,
        "campaign.winner_declared": events.CampaignWinnerDeclared,
        "campaign.no_winner": events.CampaignWinnerNotFound,
    }
)
