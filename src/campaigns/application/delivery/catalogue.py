"""Everything delivery can do, and what it does about other contexts' news."""

from collections.abc import Mapping

from campaigns.application.campaign import published as campaign
from campaigns.application.delivery.commands.archive_ledger import ArchiveLedger, ArchiveLedgerHandler
from campaigns.application.delivery.commands.cancel_execution import CancelExecution, CancelExecutionHandler
from campaigns.application.delivery.commands.create_execution import CreateExecution, CreateExecutionHandler
from campaigns.application.delivery.commands.create_template import CreateTemplate, CreateTemplateHandler
from campaigns.application.delivery.commands.delete_template import DeleteTemplate, DeleteTemplateHandler
from campaigns.application.delivery.commands.pace_execution_again import (
    PaceExecutionAgain,
    PaceExecutionAgainHandler,
)
from campaigns.application.delivery.commands.plan_execution import PlanExecution, PlanExecutionHandler
from campaigns.application.delivery.commands.request_dry_run import RequestDryRun, RequestDryRunHandler
from campaigns.application.delivery.commands.resend_uncertain import ResendUncertain, ResendUncertainHandler
from campaigns.application.delivery.commands.resume_execution import ResumeExecution, ResumeExecutionHandler
from campaigns.application.delivery.commands.send_test import SendTest, SendTestHandler
from campaigns.application.delivery.commands.settle_test import SettleTest, SettleTestHandler
from campaigns.application.delivery.commands.update_template import UpdateTemplate, UpdateTemplateHandler
from campaigns.application.delivery.queries.compare_dry_run import CompareDryRun, CompareDryRunHandler
from campaigns.application.delivery.queries.list_dry_runs import ListDryRuns, ListDryRunsHandler
from campaigns.application.delivery.queries.list_executions import ListExecutions, ListExecutionsHandler
from campaigns.application.delivery.queries.list_providers import ListProviders, ListProvidersHandler
from campaigns.application.delivery.queries.list_recipients import ListRecipients, ListRecipientsHandler
from campaigns.application.delivery.queries.list_templates import ListTemplates, ListTemplatesHandler
from campaigns.application.delivery.queries.preview_content import PreviewContent, PreviewContentHandler
from campaigns.application.delivery.queries.preview_template import PreviewTemplate, PreviewTemplateHandler
from campaigns.application.delivery.queries.reconcile_ledger import ReconcileLedger, ReconcileLedgerHandler
from campaigns.application.delivery.queries.show_dry_run import ShowDryRun, ShowDryRunHandler
from campaigns.application.delivery.queries.show_execution import ShowExecution, ShowExecutionHandler
from campaigns.application.delivery.queries.show_template import ShowTemplate, ShowTemplateHandler
from campaigns.application.delivery.queries.trace_recipient import TraceRecipient, TraceRecipientHandler
from campaigns.application.delivery.reactions.cancel_when_campaign_cancelled import CancelWhenCampaignCancelled
from campaigns.application.delivery.reactions.cancel_when_campaign_completed import CancelWhenCampaignCompleted
from campaigns.application.delivery.reactions.create_when_campaign_started import CreateWhenCampaignStarted
from campaigns.application.delivery.reactions.pause_when_campaign_paused import PauseWhenCampaignPaused
from campaigns.application.delivery.reactions.resume_when_campaign_resumed import ResumeWhenCampaignResumed
from campaigns.application.delivery.reactions.settle_when_no_winner import SettleWhenNoWinner
from campaigns.application.delivery.reactions.settle_when_winner_declared import SettleWhenWinnerDeclared
from campaigns.application.delivery.sending import catalogue as sending
from campaigns.application.shared.reactions import ReactionCatalogue

COMMANDS: Mapping[type, type] = {
    **sending.COMMANDS,
    ArchiveLedger: ArchiveLedgerHandler,
    CancelExecution: CancelExecutionHandler,
    CreateExecution: CreateExecutionHandler,
    PaceExecutionAgain: PaceExecutionAgainHandler,
    PlanExecution: PlanExecutionHandler,
    ResendUncertain: ResendUncertainHandler,
    ResumeExecution: ResumeExecutionHandler,
    SettleTest: SettleTestHandler,
    CreateTemplate: CreateTemplateHandler,
    UpdateTemplate: UpdateTemplateHandler,
    DeleteTemplate: DeleteTemplateHandler,
    SendTest: SendTestHandler,
    RequestDryRun: RequestDryRunHandler,
}

QUERIES: Mapping[type, type] = {
    ListExecutions: ListExecutionsHandler,
    ListProviders: ListProvidersHandler,
    ListRecipients: ListRecipientsHandler,
    ReconcileLedger: ReconcileLedgerHandler,
    ShowExecution: ShowExecutionHandler,
    ShowDryRun: ShowDryRunHandler,
    ListDryRuns: ListDryRunsHandler,
    CompareDryRun: CompareDryRunHandler,
    TraceRecipient: TraceRecipientHandler,
    PreviewContent: PreviewContentHandler,
    ListTemplates: ListTemplatesHandler,
    ShowTemplate: ShowTemplateHandler,
    PreviewTemplate: PreviewTemplateHandler,
}

REACTIONS: ReactionCatalogue = {
    campaign.CampaignStartedNews: [CreateWhenCampaignStarted],
    campaign.CampaignPausedNews: [PauseWhenCampaignPaused],
    campaign.CampaignResumedNews: [ResumeWhenCampaignResumed],
    campaign.CampaignCancelledNews: [CancelWhenCampaignCancelled],
    campaign.CampaignCompletedNews: [CancelWhenCampaignCompleted],
    campaign.CampaignWinnerDeclaredNews: [SettleWhenWinnerDeclared],
    campaign.CampaignNoWinnerNews: [SettleWhenNoWinner],
}
