"""Judge the past by another version of the rules, to compare it with what stands."""

from campaigns.application.analytics.rescoring import Rescoring
from campaigns.application.shared.messages import Command


class RescoreHits(Command, frozen=True, kw_only=True):
    rules: int


class RescoreHitsHandler:
    def __init__(self, rescoring: Rescoring) -> None:
        self._rescoring = rescoring

    async def __call__(self, command: RescoreHits) -> int:
        """The appends of the ledger that were read."""
        return await self._rescoring.rescore(command.rules)
