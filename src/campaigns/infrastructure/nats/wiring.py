"""NATS, put together: the relays and consumers behind the one connection."""

from datetime import timedelta
from typing import TypeVar

from campaigns.application.analytics.commands.republish_events import Republishing
from campaigns.application.analytics.queries.read_feed import EventFeed
from campaigns.application.shared.consuming import DeadLetters, Inbox
from campaigns.application.shared.ports import Clock
from campaigns.application.shared.published import WireNames
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import Follower, News, Topics
from campaigns.infrastructure.eventstore.follower import Handle
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.nats.batch import BatchPublisher
from campaigns.infrastructure.nats.connection import NatsConnection
from campaigns.infrastructure.nats.consumer_figures import ConsumerFigures
from campaigns.infrastructure.nats.consuming import Consumers
from campaigns.infrastructure.nats.dead_letters import NatsDeadLetters
from campaigns.infrastructure.nats.feed import PostgresEventFeed
from campaigns.infrastructure.nats.message_relay import MessageRelay
from campaigns.infrastructure.nats.metric_relay import MetricRelay
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.plan_relay import FOLLOWER as PLANS
from campaigns.infrastructure.nats.plan_relay import PlanRelay
from campaigns.infrastructure.nats.relay import FOLLOWER, EventRelay
from campaigns.infrastructure.nats.republishing import NatsRepublishing
from campaigns.infrastructure.nats.sources import Sources
from campaigns.infrastructure.nats.takings import Takings
from campaigns.infrastructure.nats.telling import Telling
from campaigns.infrastructure.nats.told import Told
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.inbox import ForgetOldEvents, PostgresInbox
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.telemetry.instruments import Instruments

T = TypeVar("T", bound=Follower)


class EventFollower(Follower):
    """Publishes decisions; a class of its own, so that the roles can name it."""


class PlanFollower(Follower):
    """Publishes what is planned."""


ROLES = {
    "relay": [EventFollower, PlanFollower, MessageRelay, MetricRelay],
    "consumer": [Consumers],
    "scheduler": [ForgetOldEvents],
}


def install(composition: Composition, settings: Settings) -> None:
    connection = composition.resolve(NatsConnection)
    output = Output(connection, settings.nats_stream, settings.nats_subject_prefix)
    publisher = BatchPublisher(connection)
    telling = Telling(composition.resolve(WireNames), composition.resolve(Translations))
    composition.instance(Output, output).instance(BatchPublisher, publisher).instance(Telling, telling)
    told = Told(composition.resolve(Instruments))
    composition.instance(Told, told)
    composition.register(EventFeed, PostgresEventFeed)
    composition.register(Republishing, NatsRepublishing)
    single = settings.nats_single_messages
    composition.register(MessageRelay, single=single)
    composition.register(MetricRelay)
    plans = PlanRelay(publisher, output, single=single)
    composition.instance(PlanFollower, _follower(composition, PlanFollower, PLANS, plans.handle))
    decisions = EventRelay(telling, publisher, output, told)
    composition.instance(EventFollower, _follower(composition, EventFollower, FOLLOWER, decisions.handle))
    _install_consumers(composition, settings)


def _install_consumers(composition: Composition, settings: Settings) -> None:
    sources = Sources(
        composition.resolve(NatsConnection),
        prefix=settings.nats_inbound_prefix,
        ours=settings.nats_inbound_stream,
        name=settings.nats_subject_prefix,
    )
    composition.instance(Sources, sources).instance(Takings, Takings())
    composition.register(Inbox, PostgresInbox)
    composition.register(NatsDeadLetters)
    composition.instance(DeadLetters, composition.resolve(NatsDeadLetters))
    composition.register(ConsumerFigures)
    composition.register(Consumers)
    memory = timedelta(days=settings.inbox_retention_days)
    forgetting = ForgetOldEvents(composition.resolve(Database), composition.resolve(Clock), memory)
    composition.instance(ForgetOldEvents, forgetting)


def _follower(composition: Composition, kind: type[T], name: str, handle: Handle) -> T:
    resolve = composition.resolve
    return kind(resolve(Database), resolve(News), resolve(Topics), name=name, handle=handle)
