"""Forget an event that could not be worked on and never will be."""

from campaigns.application.shared.consuming import DeadLetters
from campaigns.application.shared.messages import Command


class DropDeadLetter(Command, frozen=True, kw_only=True):
    number: int


class DropDeadLetterHandler:
    def __init__(self, dead_letters: DeadLetters) -> None:
        self._dead_letters = dead_letters

    async def __call__(self, command: DropDeadLetter) -> None:
        await self._dead_letters.drop(command.number)
