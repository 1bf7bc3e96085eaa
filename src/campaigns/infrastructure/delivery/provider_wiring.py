"""Providers, their senders and the limits of the world, put together."""

import os
import socket
from uuid import uuid4

from campaigns.application.delivery.permits import Permits
from campaigns.application.delivery.ports import Senders
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.measured import MeasuredPermits
from campaigns.infrastructure.delivery.limits.meters import PostgresMeters
from campaigns.infrastructure.delivery.policy import service_allowance
from campaigns.infrastructure.delivery.providers.catalogue import Providers, installed_providers
from campaigns.infrastructure.delivery.senders.breaker_board import BreakerBoard
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.sending import OpenSenders
from campaigns.infrastructure.settings import Settings


def install_providers(composition: Composition, settings: Settings) -> None:
    """SettingsError when the providers file cannot be used."""
    providers = installed_providers(settings)
    composition.instance(Providers, providers)
    composition.instance(LimitBook, limit_book(providers, settings))
    composition.register(PostgresMeters)
    composition.register(Breakers)
    composition.register(BreakerBoard, process=worker_name())
    composition.register(Permits, MeasuredPermits)
    composition.register(Senders, OpenSenders)


def worker_name() -> str:
    """Unique among all processes that ever ran."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def limit_book(providers: Providers, settings: Settings) -> LimitBook:
    return LimitBook(
        [provider.route for provider in providers.all],
        service_allowance(settings),
        {provider.name: provider.allowance for provider in providers.all},
        providers.senders,
    )
