"""Puts a worker together: only what sends, so that it needs less memory than a process that can do everything."""

from campaigns.application.delivery.sending import catalogue as sending
from campaigns.infrastructure.analytics import sending_wiring as analytics_wiring
from campaigns.infrastructure.audience import sending_wiring as audience_wiring
from campaigns.infrastructure.delivery import sending_wiring as delivery_wiring
from campaigns.infrastructure.nats import connection_wiring
from campaigns.infrastructure.platform import wiring as platform_wiring
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry import wiring as telemetry_wiring
from campaigns.infrastructure.trigger import sending_wiring as trigger_wiring
from campaigns.services import Services, founded, install_bus, runnables_of, services_of

ROLE = "worker"
WIRINGS = (
    telemetry_wiring,
    platform_wiring,
    connection_wiring,
    audience_wiring,
    trigger_wiring,
    analytics_wiring,
    delivery_wiring,
)


def compose_worker(settings: Settings) -> Services:
    """As `bootstrap.compose`, for a process whose one role is the worker's."""
    composition = founded(settings)
    for wiring in WIRINGS:
        wiring.install(composition, settings)
    install_bus(composition, [sending])
    return services_of(composition, WIRINGS, {ROLE: runnables_of(composition, WIRINGS, ROLE)})
