"""The delivery context, put together."""

from collections.abc import Callable

from campaigns.application.audience.ports import RecentContacts
from campaigns.application.delivery.dry_running.desk import DryRunDesk
from campaigns.application.delivery.guarding import GuardedRuns, GuardrailWatch
from campaigns.application.delivery.ledger import Ledger
from campaigns.application.delivery.permits import Permits
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
from campaigns.application.delivery.upkeep import LedgerUpkeep
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.infrastructure.audience.erasing.suppressed import SuppressedOrErased
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.archive_wiring import install_archive
from campaigns.infrastructure.delivery.briefs import CampaignBriefs, RecordedCampaigns
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts
from campaigns.infrastructure.delivery.content_wiring import install_content
from campaigns.infrastructure.delivery.dry_running.wiring import install_dry_runs
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
from campaigns.infrastructure.http.reachable import MailServerProbe, NotificationServiceProbe
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemJitter
from campaigns.infrastructure.telemetry.definitions import BREAKER_OPEN
from campaigns.infrastructure.telemetry.instruments import Instruments

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "install"]

ROLES = {"worker": [Worker], "scheduler": [DeliveryScheduler, DryRunDesk, GuardrailWatch, LedgerUpkeep]}
LIFETIMES = (Senders,)
PROBES = {"mail server": MailServerProbe, "notification service": NotificationServiceProbe}


def install(composition: Composition, settings: Settings) -> None:
    policy = sending_policy(settings)
    composition.instance(SendingPolicy, policy)
    store = EventStore(composition.resolve(EventLog), TOPICS, Execution, evolve, ExecutionNotFoundError)
    composition.instance(EventStore[Execution], store)
    composition.register(Executions, PostgresExecutions)
    composition.register(WaitingWork, PostgresWaitingWork)
    install_providers(composition, settings)
    composition.register(
        Briefs,
        CampaignBriefs,
        guardrails=usual_guardrails(settings),
    )
    composition.register(KnownCampaigns, RecordedCampaigns)
    composition.register(RecentContacts, PostgresRecentContacts)
    composition.register(GatheredAudiences)
    composition.register(Audiences, ResolvedAudiences)
    composition.register(LargestAudiences, TenantsLargestAudiences)
    composition.register(PlanDecisions, scratch=settings.home.absolute() / "scratch")
    composition.register(Plans, PostgresPlans)
    composition.register(Ledger, MeasuredLedger)
    composition.register(DeliveryReadings, PostgresDeliveryReadings)
    composition.register(Profiles, FetchedProfiles)
    composition.instance(Chance, SystemJitter())
    composition.register(Suppressed, SuppressedOrErased)
    install_content(composition, settings)
    install_dry_runs(composition, settings)
    install_archive(composition, settings)
    resolve = composition.resolve  # the container cannot see what a struct is made of
    books = Books(
        ledger=resolve(Ledger),
        profiles=resolve(Profiles),
        suppressed=resolve(Suppressed),
        spending=PostgresSpending(resolve(Database)),
        permits=resolve(Permits),
    )
    composition.instance(Books, books)
    composition.register(Recount, Reconciliation)
    composition.register(Desks)
    composition.register(Executive)
    composition.register(Worker, name=worker_name())
    composition.register(DeliveryScheduler)
    composition.register(GuardedRuns, PostgresGuardedRuns)
    composition.register(GuardrailWatch)
    for probe in PROBES.values():
        composition.register(probe)


def glances(composition: Composition) -> list[Callable[[], None]]:
    """What the watch over the process looks at."""
    breakers: Breakers = composition.resolve(Breakers)
    opened = composition.resolve(Instruments).gauge(BREAKER_OPEN)

    def look() -> None:
        for provider, is_open in breakers.states().items():
            opened.labels(provider).set(is_open)

    return [look]
