"""NATS, put together: one connection, the relays behind it."""

from campaigns.application.analytics.commands.republish_events import Republishing
from campaigns.application.analytics.queries.read_feed import EventFeed
from campaigns.application.shared.published import WireNames
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import Follower, News, Topics
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.connection import NatsAccess, NatsConnection
from campaigns.infrastructure.nats.feed import PostgresEventFeed
from campaigns.infrastructure.nats.message_relay import MessageRelay
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.probe import NatsProbe
from campaigns.infrastructure.nats.relay import FOLLOWER, EventRelay
from campaigns.infrastructure.nats.republishing import NatsRepublishing
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

PROBES = {"nats": NatsProbe}
ROLES = {"relay": [Follower, MessageRelay]}
LIFETIMES = (NatsConnection,)


def install(composition: Composition, settings: Settings) -> None:
    connection = NatsConnection(access(settings))
    output = Output(connection, settings.nats_stream, settings.nats_subject_prefix)
    publisher = BatchPublisher(connection)
    telling = Telling(composition.resolve(WireNames), composition.resolve(Translations).each)
    composition.instance(NatsConnection, connection).instance(Output, output)
    composition.instance(BatchPublisher, publisher).instance(Telling, telling)
    composition.register(EventFeed, PostgresEventFeed)
    composition.register(Republishing, NatsRepublishing)
    composition.register(NatsProbe)
    composition.register(MessageRelay)
    composition.instance(Follower, _event_follower(composition, EventRelay(telling, publisher, output)))


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


def _event_follower(composition: Composition, relay: EventRelay) -> Follower:
    return Follower(
        composition.resolve(Database),
        composition.resolve(News),
        composition.resolve(Topics),
        name=FOLLOWER,
        handle=relay.handle,
    )
