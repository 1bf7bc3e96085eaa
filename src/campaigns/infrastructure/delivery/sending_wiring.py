"""What a worker runs of the delivery context: from a plan to messages that left, and the books kept of them."""

from collections.abc import Callable

from campaigns.application.delivery.ledger import Ledger
from campaigns.application.delivery.ports import Renderer, Senders
from campaigns.application.delivery.running import Executions, Profiles, Suppressed
from campaigns.application.delivery.sending.desk import Books, Chance, SendingPolicy
from campaigns.application.delivery.sending.desks import Desks
from campaigns.application.delivery.sending.executive import Executive
from campaigns.application.delivery.sending.worker import Worker
from campaigns.application.delivery.spending import Spending
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.infrastructure.audience.erasing.suppressed import SuppressedOrErased
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.creative_service import CreativeService, JoinedTemplates
from campaigns.infrastructure.delivery.executions import PostgresExecutions
from campaigns.infrastructure.delivery.measured_ledger import MeasuredLedger
from campaigns.infrastructure.delivery.policy import sending_policy
from campaigns.infrastructure.delivery.profiles import FetchedProfiles
from campaigns.infrastructure.delivery.provider_wiring import install_providers, worker_name
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.spending import PostgresSpending
from campaigns.infrastructure.delivery.templates import PostgresTemplates
from campaigns.infrastructure.delivery.topics import TOPICS
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.http.reachable import CreativeServiceProbe, MailServerProbe, NotificationServiceProbe
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.system import SystemJitter
from campaigns.infrastructure.telemetry.definitions import BREAKER_OPEN
from campaigns.infrastructure.telemetry.instruments import Instruments

__all__ = ["LIFETIMES", "PROBES", "ROLES", "TOPICS", "glances", "install"]

ROLES = {"worker": [Worker]}
LIFETIMES = (Senders, CreativeService)
PROBES = {
    "mail server": MailServerProbe,
    "notification service": NotificationServiceProbe,
    "creative service": CreativeServiceProbe,
}


def install(composition: Composition, settings: Settings) -> None:
    install_providers(composition, settings)
    _install_executions(composition)
    _install_rendering(composition, settings)
    _install_books(composition)
    composition.instance(SendingPolicy, sending_policy(settings))
    composition.instance(Chance, SystemJitter())
    composition.register(Desks)
    composition.register(Executive)
    composition.register(Worker, name=worker_name())
    for probe in PROBES.values():
        composition.register(probe)


def _install_executions(composition: Composition) -> None:
    store = EventStore(composition.resolve(EventLog), TOPICS, Execution, evolve, ExecutionNotFoundError)
    composition.instance(EventStore[Execution], store)
    composition.register(Executions, PostgresExecutions)


def _install_rendering(composition: Composition, settings: Settings) -> None:
    composition.register(PostgresTemplates)
    own, service = composition.resolve(PostgresTemplates), CreativeService(settings.isa_creative_url)
    contents = JoinedTemplates(own, service, composition.resolve(Memory), seconds=settings.creative_cache_ttl)
    composition.instance(TemplateContents, contents).instance(CreativeService, service)
    composition.register(Renderer, LiquidRenderer, traps=settings.trap_links)


def _install_books(composition: Composition) -> None:
    composition.register(Ledger, MeasuredLedger)
    composition.register(Profiles, FetchedProfiles)
    composition.register(Suppressed, SuppressedOrErased)
    composition.register(Spending, PostgresSpending)
    composition.register(Books)


def glances(composition: Composition) -> list[Callable[[], None]]:
    """What the watch over the process looks at."""
    breakers: Breakers = composition.resolve(Breakers)
    opened = composition.resolve(Instruments).gauge(BREAKER_OPEN)

    def look() -> None:
        for provider, is_open in breakers.states().items():
            opened.labels(provider).set(is_open)

    return [look]
