"""Work once more on an event that could not be worked on."""

from campaigns.application.shared.consuming import DeadLetters, RetriedLetter
from campaigns.application.shared.messages import Command


class RetryDeadLetter(Command, frozen=True, kw_only=True):
    """Also of one that is too old for the inbox to know: whoever asks says that it had no effect yet."""

    number: int


class RetryDeadLetterHandler:
    def __init__(self, dead_letters: DeadLetters) -> None:
        self._dead_letters = dead_letters

    async def __call__(self, command: RetryDeadLetter) -> RetriedLetter:
        return await self._dead_letters.retry(command.number)
