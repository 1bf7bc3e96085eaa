"""What others know of a definition: whether it can be carried out."""

from collections.abc import Sequence
from typing import Protocol

from campaigns.application.shared.context import Caller
from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import RuleId

Placed = tuple[str, Channel]
"""A channel and the JSON pointer of its place in the definition."""


class ContentChecks(Protocol):
    """Whether what the channels say can be rendered."""

    async def problems(self, caller: Caller, channels: Sequence[Placed]) -> tuple[Violation, ...]:
        """Everything wrong with texts and stored templates, below each channel's pointer. DependencyDownError."""


class RuleChecks(Protocol):
    """Whether targeting rules exist and are enabled."""

    async def problems(self, caller: Caller, rule_ids: Sequence[RuleId]) -> tuple[Violation, ...]:
        """One violation per unusable rule, at `/audience/targeting_rules/<n>`. DependencyDownError, never a guess."""


class AddressPolicy(Protocol):
    """Which addresses outside may be called."""

    def problem(self, url: str) -> str | None:
        """Why this URL is not called, as a sentence; None when it may be."""
