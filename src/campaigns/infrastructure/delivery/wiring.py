"""The delivery context, put together."""

from campaigns.application.audience.ports import RecentContacts, RecordedDraws
from campaigns.application.delivery.dry_running.desk import DryRunDesk
from campaigns.application.delivery.guarding import GuardedRuns, GuardrailWatch
from campaigns.application.delivery.provider_standing import ProviderReadings
from campaigns.application.delivery.readings import DeliveryReadings
from campaigns.application.delivery.reconciling import Recount
from campaigns.application.delivery.running import (
    Audiences,
    Briefs,
    KnownCampaigns,
    Plans,
    WaitingWork,
)
from campaigns.application.delivery.scheduling import DeliveryScheduler
from campaigns.application.delivery.upkeep import LedgerUpkeep
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.archive_wiring import install_archive
from campaigns.infrastructure.delivery.briefs import CampaignBriefs, RecordedCampaigns
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts
from campaigns.infrastructure.delivery.content_wiring import install_content
from campaigns.infrastructure.delivery.dry_running.wiring import install_dry_runs
from campaigns.infrastructure.delivery.execution_strata import PostgresRecordedDraws
from campaigns.infrastructure.delivery.gathered_audience import GatheredAudiences
from campaigns.infrastructure.delivery.guarded_runs import PostgresGuardedRuns
from campaigns.infrastructure.delivery.limits.standing import PostgresProviderReadings
from campaigns.infrastructure.delivery.people import ResolvedAudiences, TenantsLargestAudiences
from campaigns.infrastructure.delivery.plan_decisions import LargestAudiences, PlanDecisions
from campaigns.infrastructure.delivery.plans import PostgresPlans
from campaigns.infrastructure.delivery.policy import usual_guardrails
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings
from campaigns.infrastructure.delivery.reconciliation import Reconciliation
from campaigns.infrastructure.delivery.waiting_work import PostgresWaitingWork
from campaigns.infrastructure.settings import Settings

ROLES = {"scheduler": [DeliveryScheduler, DryRunDesk, GuardrailWatch, LedgerUpkeep]}


def install(composition: Composition, settings: Settings) -> None:
    _install_executions(composition, settings)
    _install_planning(composition, settings)
    install_content(composition, settings)
    install_dry_runs(composition, settings)
    install_archive(composition, settings)


def _install_executions(composition: Composition, settings: Settings) -> None:
    """What runs are made of, what is told of them and who watches over them."""
    composition.register(Briefs, CampaignBriefs, guardrails=usual_guardrails(settings))
    composition.register(KnownCampaigns, RecordedCampaigns)
    composition.register(DeliveryReadings, PostgresDeliveryReadings)
    composition.register(Recount, Reconciliation)
    composition.register(DeliveryScheduler)
    composition.register(GuardedRuns, PostgresGuardedRuns)
    composition.register(GuardrailWatch)
    composition.register(ProviderReadings, PostgresProviderReadings)
    composition.register(WaitingWork, PostgresWaitingWork)


def _install_planning(composition: Composition, settings: Settings) -> None:
    """From an audience to a plan."""
    composition.register(RecentContacts, PostgresRecentContacts)
    composition.register(RecordedDraws, PostgresRecordedDraws)
    composition.register(GatheredAudiences)
    composition.register(Audiences, ResolvedAudiences)
    composition.register(LargestAudiences, TenantsLargestAudiences)
    composition.register(PlanDecisions, scratch=settings.home.absolute() / "scratch")
    composition.register(Plans, PostgresPlans)
