"""The delivery context, put together."""

from collections.abc import Callable

from campaigns.application.audience.ports import RecentContacts, RecordedDraws
from campaigns.application.delivery.dry_running.desk import DryRunDesk
from campaigns.application.delivery.guarding import GuardedRuns, GuardrailWatch
from campaigns.application.delivery.ledger import Ledger
from campaigns.application.delivery.ports import Senders
from campaigns.application.delivery.readings import DeliveryReadings
from campaigns.application.delivery.reconciling import Recount
from campaigns.application.delivery.running import (
    Audiences,
    Briefs,
    Executions,
    KnownCampaigns,
    Plans,
    Profiles,
    Suppressed,
    WaitingWork,
)
from campaigns.application.delivery.scheduling import DeliveryScheduler
from campaigns.application.delivery.sending.desk import Books, Chance, SendingPolicy
from campaigns.application.delivery.sending.desks import Desks
from campaigns.application.delivery.sending.executive import Executive
from campaigns.application.delivery.sending.worker import Worker
from campaigns.application.delivery.spending import Spending
from campaigns.application.delivery.upkeep import LedgerUpkeep
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.infrastructure.audience.erasing.suppressed import SuppressedOrErased
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.archive_wiring import install_archive
from campaigns.infrastructure.delivery.briefs import CampaignBriefs, RecordedCampaigns
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts
from campaigns.infrastructure.delivery.content_wiring import install_content
from campaigns.infrastructure.delivery.creative_service import CreativeService
from campaigns.infrastructure.delivery.dry_running.wiring import install_dry_runs
from campaigns.infrastructure.delivery.execution_strata import PostgresRecordedDraws
from campaigns.infrastructure.delivery.executions import PostgresExecutions
from campaigns.infrastructure.delivery.gathered_audience import GatheredAudiences
from campaigns.infrastructure.delivery.guarded_runs import PostgresGuardedRuns
from campaigns.infrastructure.delivery.measured_ledger import MeasuredLedger
from campaigns.infrastructure.delivery.people import FetchedProfiles, ResolvedAudiences, TenantsLargestAudiences
from campaigns.infrastructure.delivery.plan_decisions import LargestAudiences, PlanDecisions
from campaigns.infrastructure.delivery.plans import PostgresPlans
from campaigns.infrastructure.delivery.policy import sending_policy, usual_guardrails
from campaigns.infrastructure.delivery.provider_wiring import install_providers, worker_name
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings
from campaigns.infrastructure.delivery.reconciliation import Reconciliation
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.spending import PostgresSpending
from campaigns.infrastructure.delivery.topics import TOPICS
from campaigns.infrastructure.delivery.waiting_work import PostgresWaitingWork
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.http.reachable import CreativeServiceProbe, MailServerProbe, NotificationServiceProbe
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemJitter
from campaigns.infrastructure.telemetry.definitions import BREAKER_OPEN
from campaigns.infrastructure.telemetry.instruments import Instruments

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "install"]

ROLES = {"worker": [Worker], "scheduler": [DeliveryScheduler, DryRunDesk, GuardrailWatch, LedgerUpkeep]}
LIFETIMES = (Senders, CreativeService)
PROBES = {
    "mail server": MailServerProbe,
    "notification service": NotificationServiceProbe,
    "creative service": CreativeServiceProbe,
}


def install(composition: Composition, settings: Settings) -> None:
    install_providers(composition, settings)
    _install_executions(composition, settings)
    _install_planning(composition, settings)
    install_content(composition, settings)
    install_dry_runs(composition, settings)
    install_archive(composition, settings)
    _install_sending(composition, settings)
    for probe in PROBES.values():
        composition.register(probe)


def _install_executions(composition: Composition, settings: Settings) -> None:
    """Runs of campaigns, what is told of them and who watches over them."""
    store = EventStore(composition.resolve(EventLog), TOPICS, Execution, evolve, ExecutionNotFoundError)
    composition.instance(EventStore[Execution], store)
    composition.register(Executions, PostgresExecutions)
    composition.register(Briefs, CampaignBriefs, guardrails=usual_guardrails(settings))
    composition.register(KnownCampaigns, RecordedCampaigns)
    composition.register(DeliveryReadings, PostgresDeliveryReadings)
    composition.register(Recount, Reconciliation)
    composition.register(DeliveryScheduler)
    composition.register(GuardedRuns, PostgresGuardedRuns)
    composition.register(GuardrailWatch)


def _install_planning(composition: Composition, settings: Settings) -> None:
    """From an audience to a plan."""
    composition.register(RecentContacts, PostgresRecentContacts)
    composition.register(RecordedDraws, PostgresRecordedDraws)
    composition.register(GatheredAudiences)
    composition.register(Audiences, ResolvedAudiences)
    composition.register(LargestAudiences, TenantsLargestAudiences)
    composition.register(PlanDecisions, scratch=settings.home.absolute() / "scratch")
    composition.register(Plans, PostgresPlans)


def _install_sending(composition: Composition, settings: Settings) -> None:
    """From a plan to messages that left, and the books kept of them."""
    composition.instance(SendingPolicy, sending_policy(settings))
    composition.instance(Chance, SystemJitter())
    composition.register(Ledger, MeasuredLedger)
    composition.register(Profiles, FetchedProfiles)
    composition.register(Suppressed, SuppressedOrErased)
    composition.register(WaitingWork, PostgresWaitingWork)
    composition.register(Spending, PostgresSpending)
    composition.register(Books)
    composition.register(Desks)
    composition.register(Executive)
    composition.register(Worker, name=worker_name())


def glances(composition: Composition) -> list[Callable[[], None]]:
    """What the watch over the process looks at."""
    breakers: Breakers = composition.resolve(Breakers)
    opened = composition.resolve(Instruments).gauge(BREAKER_OPEN)

    def look() -> None:
        for provider, is_open in breakers.states().items():
            opened.labels(provider).set(is_open)

    return [look]
