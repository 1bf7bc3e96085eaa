"""What sending needs of the trigger context."""

from campaigns.application.delivery.answered_events import AnsweredEvents
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.settings import Settings
from campaigns.infrastructure.trigger.answered_events import PostgresAnsweredEvents


def install(composition: Composition, _settings: Settings) -> None:
    composition.register(AnsweredEvents, PostgresAnsweredEvents)
