"""Measures, where the application and the REST interface look for them."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, disable_created_metrics

from campaigns.application.shared.middleware import Measures
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.definitions import COMMITS_WAITING, RETENTION
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.metrics import ProcessTreeRegistry, PrometheusMeasures
from campaigns.infrastructure.telemetry.sampling import StateSampler

_DAY = 86_400
ROLES = {"projector": [StateSampler]}


def install_instruments(composition: Composition) -> Instruments:
    """Before everything else: whatever is put together afterwards may count."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a third of all series, and nobody asks
    instruments = Instruments(ProcessTreeRegistry())
    composition.instance(CollectorRegistry, instruments.registry).instance(Instruments, instruments)
    composition.instance(Measures, PrometheusMeasures(instruments))
    return instruments


def glances(composition: Composition) -> list[Callable[[], None]]:
    """What the watch over the process looks at."""
    instruments: Instruments = composition.resolve(Instruments)
    waiting, retention = instruments.gauge(COMMITS_WAITING), instruments.gauge(RETENTION)
    log: EventLog = composition.resolve(EventLog)
    settings: Settings = composition.resolve(Settings)
    return [
        lambda: waiting.set(log.waiting),
        lambda: retention.set(settings.ledger_retention_days * _DAY),
    ]


def install(composition: Composition, _settings: Settings) -> None:
    composition.register(StateSampler)
