"""The trigger context, put together."""

from campaigns.application.delivery.dry_running.answering import AnsweredPast
from campaigns.application.delivery.running import GatheredPeople
from campaigns.application.trigger.asking import Asking
from campaigns.application.trigger.evaluating import EventEvaluation
from campaigns.application.trigger.gathering import TriggeredPeople
from campaigns.application.trigger.history import TriggerHistories
from campaigns.application.trigger.past_answers import Replaying
from campaigns.application.trigger.ports import (
    Bystanders,
    Evaluations,
    Gatherings,
    OutsideEvents,
    PresentOrders,
    TriggeredRuns,
)
from campaigns.application.trigger.replaying import PastEvents, WrittenOrders
from campaigns.application.trigger.upkeep import TriggerMemory, TriggerUpkeep
from campaigns.domain.audience.predicate import compiled
from campaigns.domain.trigger.index import Compile
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.eventstore import Follower, News, Topics
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.trigger.books import FOLLOWER, TriggerBooks
from campaigns.infrastructure.trigger.bystanders import AudienceBystanders
from campaigns.infrastructure.trigger.desk import TriggerDesk
from campaigns.infrastructure.trigger.evaluations import PostgresEvaluations
from campaigns.infrastructure.trigger.gatherings import PostgresGatherings
from campaigns.infrastructure.trigger.histories import PostgresTriggerHistories
from campaigns.infrastructure.trigger.journeys import Journeys
from campaigns.infrastructure.trigger.memory import PostgresTriggerMemory
from campaigns.infrastructure.trigger.orders import CampaignsPresentOrders, RecordedOrders
from campaigns.infrastructure.trigger.outside_events import PostgresOutsideEvents
from campaigns.infrastructure.trigger.past_answers import ReplayedTriggers
from campaigns.infrastructure.trigger.past_events import PostgresPastEvents
from campaigns.infrastructure.trigger.reading_books import TriggerBookReader
from campaigns.infrastructure.trigger.runs import DeliveryRuns, PostgresGatheredPeople

__all__ = ["ROLES", "install"]


class TriggerBookFollower(Follower):
    """Keeps the books of triggers, and notes what delivery did with the people they gathered."""

    def __init__(self, database: Database, news: News, topics: Topics) -> None:
        super().__init__(database, news, topics, name=FOLLOWER, handle=TriggerBooks().handle)


ROLES = {"projector": [TriggerBookFollower], "scheduler": [TriggerDesk, TriggerUpkeep, Journeys]}


def install(composition: Composition, settings: Settings) -> None:
    composition.instance(Compile, compiled)
    composition.register(OutsideEvents, PostgresOutsideEvents)
    composition.register(TriggerBookReader)
    composition.register(Journeys)
    composition.register(TriggerBookFollower)
    composition.register(Evaluations, PostgresEvaluations)
    composition.register(Bystanders, AudienceBystanders)
    composition.register(Gatherings, PostgresGatherings, seconds=settings.trigger_gathering_seconds)
    composition.register(PresentOrders, CampaignsPresentOrders)
    composition.register(TriggeredRuns, DeliveryRuns)
    composition.register(GatheredPeople, PostgresGatheredPeople)
    composition.register(TriggerHistories, PostgresTriggerHistories)
    composition.register(WrittenOrders, RecordedOrders)
    composition.register(PastEvents, PostgresPastEvents)
    composition.register(Replaying)
    composition.register(AnsweredPast, ReplayedTriggers)
    composition.register(Asking)
    composition.register(EventEvaluation)
    composition.register(TriggeredPeople)
    composition.register(TriggerDesk)
    composition.register(TriggerMemory, PostgresTriggerMemory)
    composition.register(TriggerUpkeep, retention_days=settings.event_retention_days)
