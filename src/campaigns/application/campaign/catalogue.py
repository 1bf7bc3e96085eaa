"""Everything campaigns can do, and every question they answer."""

from collections.abc import Mapping

from campaigns.application.campaign import published as campaign
from campaigns.application.campaign.claims import CLAIM_REFUSALS
from campaigns.application.campaign.commands.activate_campaign import ActivateCampaign, ActivateCampaignHandler
from campaigns.application.campaign.commands.add_trigger import AddTrigger, AddTriggerHandler
from campaigns.application.campaign.commands.add_variant import AddVariant, AddVariantHandler
from campaigns.application.campaign.commands.approve_campaign import ApproveCampaign, ApproveCampaignHandler
from campaigns.application.campaign.commands.begin_experiment import BeginExperiment, BeginExperimentHandler
from campaigns.application.campaign.commands.cancel_campaign import CancelCampaign, CancelCampaignHandler
from campaigns.application.campaign.commands.clone_campaign import CloneCampaign, CloneCampaignHandler
from campaigns.application.campaign.commands.complete_campaign import CompleteCampaign, CompleteCampaignHandler
from campaigns.application.campaign.commands.create_campaign import CreateCampaign, CreateCampaignHandler
from campaigns.application.campaign.commands.declare_winner import DeclareWinner, DeclareWinnerHandler
from campaigns.application.campaign.commands.define_experiment import DefineExperiment, DefineExperimentHandler
from campaigns.application.campaign.commands.delete_campaign import DeleteCampaign, DeleteCampaignHandler
from campaigns.application.campaign.commands.finish_run import FinishRun, FinishRunHandler
from campaigns.application.campaign.commands.judge_experiment import JudgeExperiment, JudgeExperimentHandler
from campaigns.application.campaign.commands.patch_campaign import PatchCampaign, PatchCampaignHandler
from campaigns.application.campaign.commands.pause_campaign import PauseCampaign, PauseCampaignHandler
from campaigns.application.campaign.commands.reject_campaign import RejectCampaign, RejectCampaignHandler
from campaigns.application.campaign.commands.remove_trigger import RemoveTrigger, RemoveTriggerHandler
from campaigns.application.campaign.commands.remove_variant import RemoveVariant, RemoveVariantHandler
from campaigns.application.campaign.commands.replace_campaign import ReplaceCampaign, ReplaceCampaignHandler
from campaigns.application.campaign.commands.replace_trigger import ReplaceTrigger, ReplaceTriggerHandler
from campaigns.application.campaign.commands.replace_variant import ReplaceVariant, ReplaceVariantHandler
from campaigns.application.campaign.commands.resume_campaign import ResumeCampaign, ResumeCampaignHandler
from campaigns.application.campaign.commands.schedule_campaign import ScheduleCampaign, ScheduleCampaignHandler
from campaigns.application.campaign.commands.set_audience import SetAudience, SetAudienceHandler
from campaigns.application.campaign.commands.start_campaign import StartCampaign, StartCampaignHandler
from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun, StartPlannedRunHandler
from campaigns.application.campaign.commands.submit_campaign import SubmitCampaign, SubmitCampaignHandler
from campaigns.application.campaign.commands.take_executed_task import TakeExecutedTask, TakeExecutedTaskHandler
from campaigns.application.campaign.commands.unschedule_campaign import UnscheduleCampaign, UnscheduleCampaignHandler
from campaigns.application.campaign.queries.campaign_details import CampaignDetails, CampaignDetailsHandler
from campaigns.application.campaign.queries.campaign_history import HistoryOfCampaign, HistoryOfCampaignHandler
from campaigns.application.campaign.queries.list_campaigns import ListCampaigns, ListCampaignsHandler
from campaigns.application.campaign.queries.preview_schedule import PreviewSchedule, PreviewScheduleHandler
from campaigns.application.campaign.queries.show_experiment import ShowExperiment, ShowExperimentHandler
from campaigns.application.campaign.reactions.begin_experiment_when_activated import BeginExperimentWhenActivated
from campaigns.application.campaign.reactions.finish_when_execution_completed import FinishWhenExecutionCompleted
from campaigns.application.campaign.reactions.pause_when_execution_failed import PauseWhenExecutionFailed
from campaigns.application.campaign.reactions.pause_when_execution_held_itself import PauseWhenExecutionHeldItself
from campaigns.application.delivery import published as delivery
from campaigns.application.shared.reactions import ReactionCatalogue

__all__ = ["CLAIM_REFUSALS", "COMMANDS", "QUERIES", "REACTIONS"]

COMMANDS: Mapping[type, type] = {
    ActivateCampaign: ActivateCampaignHandler,
    AddTrigger: AddTriggerHandler,
    AddVariant: AddVariantHandler,
    ApproveCampaign: ApproveCampaignHandler,
    BeginExperiment: BeginExperimentHandler,
    CancelCampaign: CancelCampaignHandler,
    CloneCampaign: CloneCampaignHandler,
    CompleteCampaign: CompleteCampaignHandler,
    CreateCampaign: CreateCampaignHandler,
    DeclareWinner: DeclareWinnerHandler,
    DefineExperiment: DefineExperimentHandler,
    DeleteCampaign: DeleteCampaignHandler,
    FinishRun: FinishRunHandler,
    JudgeExperiment: JudgeExperimentHandler,
    PatchCampaign: PatchCampaignHandler,
    PauseCampaign: PauseCampaignHandler,
    RejectCampaign: RejectCampaignHandler,
    RemoveTrigger: RemoveTriggerHandler,
    RemoveVariant: RemoveVariantHandler,
    ReplaceCampaign: ReplaceCampaignHandler,
    ReplaceTrigger: ReplaceTriggerHandler,
    ReplaceVariant: ReplaceVariantHandler,
    ResumeCampaign: ResumeCampaignHandler,
    ScheduleCampaign: ScheduleCampaignHandler,
    SetAudience: SetAudienceHandler,
    StartCampaign: StartCampaignHandler,
    StartPlannedRun: StartPlannedRunHandler,
    SubmitCampaign: SubmitCampaignHandler,
    TakeExecutedTask: TakeExecutedTaskHandler,
    UnscheduleCampaign: UnscheduleCampaignHandler,
}

QUERIES: Mapping[type, type] = {
    CampaignDetails: CampaignDetailsHandler,
    HistoryOfCampaign: HistoryOfCampaignHandler,
    ListCampaigns: ListCampaignsHandler,
    PreviewSchedule: PreviewScheduleHandler,
    ShowExperiment: ShowExperimentHandler,
}

REACTIONS: ReactionCatalogue = {
    campaign.CampaignActivatedNews: [BeginExperimentWhenActivated],
    delivery.ExecutionCompletedNews: [FinishWhenExecutionCompleted],
    delivery.ExecutionFailedNews: [PauseWhenExecutionFailed],
    delivery.ExecutionPausedNews: [PauseWhenExecutionHeldItself],
}
