"""Fold all figures anew from the ledger."""

from typing import Protocol

from campaigns.application.shared.messages import Command


class MetricsRebuild(Protocol):
    """Makes the figures of all tenants again, beside the present ones."""

    async def __call__(self, rules: int | None) -> int:
        """The appends that were folded; UnknownRulesError for rules that do not exist. None keeps the present rules."""


class RebuildMetrics(Command, frozen=True, kw_only=True):
    """`rules`: another version of the rules that tell people from machines."""

    rules: int | None = None


class RebuildMetricsHandler:
    def __init__(self, rebuild: MetricsRebuild) -> None:
        self._rebuild = rebuild

    async def __call__(self, command: RebuildMetrics) -> int:
        return await self._rebuild(command.rules)
