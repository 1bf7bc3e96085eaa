"""Forget once more whoever was forgotten: after a backup was restored that still knows them."""

from msgspec import Struct

from campaigns.application.audience.erasing import ErasedAgain
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock


class ReapplyErasures(Command, frozen=True, kw_only=True):
    """Of all tenants."""


class Reapplied(Struct, frozen=True, kw_only=True):
    """`noted`: erasures in the journal; `found`: how many of those people the stores know again."""

    noted: int
    found: int


class ReapplyErasuresHandler:
    def __init__(self, erased: ErasedAgain, clock: Clock) -> None:
        self._erased = erased
        self._clock = clock

    async def __call__(self, _command: ReapplyErasures) -> Reapplied:
        noted, found = await self._erased.begin(self._clock.now())
        return Reapplied(noted=noted, found=found)
