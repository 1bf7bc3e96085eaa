"""Counting what triggers would have made of events."""

from collections import Counter
from datetime import date, datetime

from campaigns.domain.trigger.deciding import Decision
from campaigns.domain.trigger.outcomes import Outcome

_EXAMPLES_OF_EACH = 5


class Tally:
    """By reason and by day, with the first few of each reason as examples."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.events_by_day: Counter[date] = Counter()
        self.fired_by_day: Counter[date] = Counter()
        self.people: set[str] = set()
        self.examples: list[Decision] = []

    def saw(self, at: datetime) -> None:
        """An event was received."""
        self.events_by_day[at.date()] += 1

    def decided(self, decision: Decision, at: datetime) -> None:
        self.outcomes[decision.outcome] += 1
        if self.outcomes[decision.outcome] <= _EXAMPLES_OF_EACH:
            self.examples.append(decision)
        if decision.outcome.is_open:
            self.fired_by_day[at.date()] += 1
            self.people.add(decision.user_id)

    def unanswered(self, answers: int) -> None:
        """So many conditions were false."""
        self.outcomes[Outcome.CONDITION_FALSE] += answers

    @property
    def fired(self) -> int:
        return sum(self.fired_by_day.values())
