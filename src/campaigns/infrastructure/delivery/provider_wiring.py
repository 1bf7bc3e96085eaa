"""Providers, their senders and the limits of the world, put together."""

from campaigns.application.delivery.permits import Permits
from campaigns.application.delivery.ports import Senders
from campaigns.infrastructure.composing import Composition, CompositionError
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.measured import MeasuredPermits
from campaigns.infrastructure.delivery.limits.meters import PostgresMeters
from campaigns.infrastructure.delivery.policy import service_allowance
from campaigns.infrastructure.delivery.providers.catalogue import Providers, installed_providers
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.sending import OpenSenders
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.settings_sources import SettingsError


def install_providers(composition: Composition, settings: Settings) -> Providers:
    """CompositionError when the providers file cannot be used."""
    try:
        providers = installed_providers(settings)
    except SettingsError as error:
        raise CompositionError(str(error)) from error
    composition.instance(Providers, providers)
    composition.instance(LimitBook, limit_book(providers, settings))
    composition.register(PostgresMeters)
    composition.register(Breakers)
    composition.register(Permits, MeasuredPermits)
    composition.register(Senders, OpenSenders)
    return providers


def limit_book(providers: Providers, settings: Settings) -> LimitBook:
    return LimitBook(
        [provider.route for provider in providers.all],
        service_allowance(settings),
        {provider.name: provider.allowance for provider in providers.all},
        providers.senders,
    )
