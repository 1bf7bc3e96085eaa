"""Let the figures of a version that was re-scored stand."""

from campaigns.application.analytics.rescoring import Rescoring
from campaigns.application.shared.messages import Command


class SwitchRules(Command, frozen=True, kw_only=True):
    rules: int


class SwitchRulesHandler:
    def __init__(self, rescoring: Rescoring) -> None:
        self._rescoring = rescoring

    async def __call__(self, command: SwitchRules) -> int:
        """The appends that had come since the re-scoring."""
        return await self._rescoring.switch(command.rules)
