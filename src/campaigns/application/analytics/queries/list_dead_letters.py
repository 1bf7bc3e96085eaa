"""Which events of others could not be worked on, and why."""

from collections.abc import Sequence

from campaigns.application.shared.consuming import DeadLetters, StoredLetter
from campaigns.application.shared.messages import Query


class ListDeadLetters(Query, frozen=True, kw_only=True):
    after: int = 0
    limit: int = 100


class ListDeadLettersHandler:
    def __init__(self, dead_letters: DeadLetters) -> None:
        self._dead_letters = dead_letters

    async def __call__(self, query: ListDeadLetters) -> Sequence[StoredLetter]:
        return await self._dead_letters.page(query.after, query.limit)
