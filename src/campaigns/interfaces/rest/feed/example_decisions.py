"""One believable event of each kind that tells of a campaign or of a run: the examples of the contract."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from campaigns.application.campaign import published as campaign
from campaigns.application.delivery import published as delivery
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.campaign.values import ArmFigures, CampaignType, Finding, Mode, Status
from campaigns.domain.shared.guardrails import GuardrailBreach

CAMPAIGN = UUID("0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60")
EXECUTION = UUID("0190f6a1-03b5-7c41-8a52-9d0e6f7a8b91")
AT = datetime(2027, 1, 1, 9, tzinfo=UTC)
SHORT, _LONG = UUID("0190f6a0-9f10-7b21-8c33-4d5e6f708192"), UUID("0190f6a0-9f10-7b21-8c33-4d5e6f708193")
_ADA, _GRACE = f"key:{'3b' * 16}", f"key:{'7d' * 16}"
_BEFORE = AT - timedelta(days=1)
_LATER = AT + timedelta(hours=4)
_BREACH = GuardrailBreach(rate="bounce_rate", limit=5, observed=7.2, count=36, sample=500)
_ARMS = (
    ArmFigures(variant_id=SHORT, name="Short", people=9_500, successes=1_140, value=0.12, probability_best=0.998),
    ArmFigures(variant_id=_LONG, name="Long", people=9_500, successes=988, value=0.104, probability_best=0.002),
)
_CLEAR = Finding(
    criterion="click_rate",
    confidence=0.95,
    outcome="winner",
    sequential_p=0.011,
    mismatch_p=0.82,
    arms=_ARMS,
    says=("Short is ahead of Long by 1.6 percentage points.",),
)
_UNCLEAR = Finding(criterion="click_rate", confidence=0.95, outcome="keep_looking", sequential_p=0.34, arms=_ARMS)

DECISIONS: tuple[PublishedEvent, ...] = (
    campaign.CampaignCreatedNews(
        campaign_id=CAMPAIGN,
        name="New Year 2027",
        type=CampaignType.PROMOTION,
        mode=Mode.ONE_TIME,
        status=Status.DRAFT,
        created_by=_ADA,
        organization_id="default",
        created_at=_BEFORE,
    ),
    campaign.CampaignUpdatedNews(
        campaign_id=CAMPAIGN,
        changed_fields=("holdout_percentage",),
        changes={"holdout_percentage": {"old": 0, "new": 5}},
        updated_by=_ADA,
        updated_at=_BEFORE,
    ),
    campaign.CampaignScheduledNews(
        campaign_id=CAMPAIGN, scheduled_at=AT, timezone="Europe/Berlin", task_id=EXECUTION, scheduled_by=_ADA
    ),
    campaign.CampaignUnscheduledNews(
        campaign_id=CAMPAIGN, unscheduled_by="scheduler", unscheduled_at=_LATER, reason="missed"
    ),
    campaign.CampaignActivatedNews(campaign_id=CAMPAIGN, activated_at=AT, activated_by=_ADA),
    campaign.CampaignStartedNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        kind="scheduled",
        planned_for=AT,
        started_at=AT + timedelta(seconds=1),
        started_by="scheduler",
        audience_size=100_000,
    ),
    campaign.CampaignPausedNews(
        campaign_id=CAMPAIGN,
        paused_by="system:guardrails",
        paused_at=_LATER,
        messages_sent=500,
        reason=_BREACH.words(),
        guardrail=_BREACH,
    ),
    campaign.CampaignResumedNews(campaign_id=CAMPAIGN, resumed_by=_ADA, resumed_at=_LATER, status=Status.RUNNING),
    campaign.CampaignCompletedNews(
        campaign_id=CAMPAIGN,
        completed_at=_LATER,
        completed_by="reaction:FinishWhenExecutionCompleted",
        execution_id=EXECUTION,
        total_sent=94_210,
        total_delivered=93_127,
    ),
    campaign.CampaignCancelledNews(
        campaign_id=CAMPAIGN, cancelled_by=_ADA, cancelled_at=_LATER, reason="the product is sold out"
    ),
    campaign.CampaignDeletedNews(campaign_id=CAMPAIGN, deleted_by=_ADA, deleted_at=_LATER),
    campaign.CampaignSubmittedNews(campaign_id=CAMPAIGN, submitted_by=_ADA, submitted_at=_BEFORE),
    campaign.CampaignApprovedNews(
        campaign_id=CAMPAIGN, approved_by=_GRACE, approved_at=_BEFORE, content_hash="9f2c64e1b7a05d38" * 4
    ),
    campaign.CampaignRejectedNews(
        campaign_id=CAMPAIGN, rejected_by=_GRACE, rejected_at=_BEFORE, reason="the imprint is missing"
    ),
    campaign.CampaignWinnerDeclaredNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        variant_id=SHORT,
        variant="Short",
        method="automatic",
        declared_by="system:experiments",
        declared_at=_LATER,
        finding=_CLEAR,
    ),
    campaign.CampaignNoWinnerNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        fallback="best",
        variant_id=SHORT,
        variant="Short",
        ended_by="system:experiments",
        ended_at=_LATER,
        finding=_UNCLEAR,
    ),
    delivery.ExecutionStartedNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        started_at=AT,
        audience=100_000,
        holdout=5_000,
        control=0,
        skipped=612,
        to_send=94_388,
    ),
    delivery.ExecutionPausedNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        paused_at=_LATER,
        paused_by="system:delivery",
        reason="budget_exhausted",
    ),
    delivery.ExecutionResumedNews(
        campaign_id=CAMPAIGN, execution_id=EXECUTION, resumed_at=_LATER, resumed_by="reaction:ResumeWhenCampaignResumed"
    ),
    delivery.ExecutionCompletedNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        completed_at=_LATER,
        audience=100_000,
        holdout=5_000,
        control=0,
        skipped=640,
        sent=94_210,
        failed=149,
        uncertain=1,
        cancelled=0,
    ),
    delivery.ExecutionFailedNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        failed_at=AT,
        code="audience.empty_segment",
        reason="nobody is in the audience",
    ),
    delivery.ExecutionCancelledNews(
        campaign_id=CAMPAIGN,
        execution_id=EXECUTION,
        cancelled_at=_LATER,
        cancelled_by="reaction:CancelWhenCampaignCancelled",
        reason="the product is sold out",
    ),
)
