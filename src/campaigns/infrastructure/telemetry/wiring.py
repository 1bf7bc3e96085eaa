"""Measures, where the application and the REST interface look for them."""

from prometheus_client import CollectorRegistry

from campaigns.application.shared.middleware import Measures
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.metrics import ProcessTreeRegistry, PrometheusMeasures


def install(composition: Composition, _settings: Settings) -> None:
    registry = ProcessTreeRegistry()
    composition.instance(CollectorRegistry, registry)
    composition.instance(Measures, PrometheusMeasures(registry))
