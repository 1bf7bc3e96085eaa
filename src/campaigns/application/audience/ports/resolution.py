"""Finding the people of a campaign, and counting them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from msgspec import Struct

from campaigns.application.audience.ports.orders import AudienceOrder
from campaigns.domain.audience.stratifying import Stratum


class StepCount(Struct, frozen=True):
    """What one filter step did: how many it removed, how many it left."""

    name: str
    removed: int
    left: int


class StratumCount(Struct, frozen=True):
    """A stratum (a JSON object of what its people have in common): how many are reached, and held out of them.

    `bound` is the rank below which people are held out; None where the stratum came up after the draw.
    """

    stratum: Stratum
    people: int
    held_out: int
    bound: int | None = None


class Resolution(Protocol):
    """An audience being read. `batches` may be read once."""

    def batches(self) -> AsyncIterator[Any]:
        """Arrow record batches in ascending order of user_id (by code points), each person exactly once:

        `user_id` string · `variant` int16 (index into the order's variants, -1 none) · `channel` int16 (index into
        the declaration of ChannelType, -1 none) · `reason` int16 (SkipReason, 0 is who will be sent to).
        Where the order asks for zones and the people have any: `local_zone` string, null where unknown.
        Where the holdout is drawn by strata: `stratum` string, null for who is not reached, see `StratumCount`.
        Raises DependencyDownError when a service needed on the way stops answering.
        """

    async def steps(self) -> tuple[StepCount, ...]:
        """The filter steps in their order, counted by a query of its own; before or after `batches`."""


class AudienceCounts(Protocol):
    """How many people an order comes to."""

    async def count(self, order: AudienceOrder) -> int:
        """Everybody who is meant and passes rules and filters, whether suppressed or not; nothing is kept of them.

        Raises what resolving raises.
        """


class AudienceResolver(Protocol):
    """Finds the people of a campaign."""

    async def drawn(self, order: AudienceOrder) -> AudienceOrder:
        """The order with the bound of each stratum: an extra look at everybody, unless they were drawn before.

        Raises what resolving raises; InvalidAudienceError where people cannot be sorted into strata.
        """

    def resolve(self, order: AudienceOrder) -> AbstractAsyncContextManager[Resolution]:
        """Gather what is needed (segments, suppressions, rules) and open the stream.

        Raises InvalidError (unknown segment or dataset, rule missing or disabled) and DependencyDownError.
        """
