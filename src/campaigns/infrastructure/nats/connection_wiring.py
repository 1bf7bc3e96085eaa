"""The one connection to NATS that a process has."""

from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.nats.probe import NatsProbe
from campaigns.infrastructure.settings import Settings

PROBES = {"nats": NatsProbe}
LIFETIMES = (NatsConnection,)


def install(composition: Composition, settings: Settings) -> None:
    composition.instance(NatsConnection, NatsConnection(access(settings)))
    composition.register(NatsProbe)


def access(settings: Settings) -> NatsAccess:
    """How the settings lead to NATS."""
    if settings.nats_url is None:
        raise ValueError("no NATS is configured: start the embedded one and pass its address in the settings")
    return NatsAccess(
        url=settings.nats_url,
        token=settings.nats_token.reveal() if settings.nats_token else None,
        username=settings.nats_username,
        password=settings.nats_password.reveal() if settings.nats_password else None,
    )
