"""What one context does about another's news."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command
from campaigns.application.shared.published import PublishedEvent


class Reaction(Protocol):
    """`reactions/<when_then>.py` holds one: which commands follow from a piece of news. It changes nothing itself.

    The same news may come again after a crash: each command gets an id made of the event's position and the reaction's
    name, and is not dispatched again once it is recorded. One command therefore records one aggregate. A command that
    is refused is logged and left.
    """

    async def __call__(self, news: Any, caller: Caller) -> Sequence[Command]:
        """The commands, each with this `caller` (tenant and correlation of the news)."""


ReactionCatalogue = Mapping[type[PublishedEvent], Sequence[type[Reaction]]]
"""A context's `REACTIONS`: struct of the news → its reactions."""
