"""Content for test messages: it looks like the real one, and says that it is a test."""

from typing import Protocol

from campaigns.application.delivery.ports import CompiledContent
from campaigns.domain.delivery.brief import Brief


class UntrackedContent(Protocol):
    """Compiles content whose links lead straight to their targets: nothing is tracked, nothing is unsubscribed."""

    async def prepare(self, brief: Brief) -> CompiledContent:
        """Raises InvalidError."""
