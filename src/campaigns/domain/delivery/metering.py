"""At most so many messages in any stretch of time, whoever sends them: what is permitted now, and when more.

The rule. A window is cut into 60 slots. A permit counts in the slot it was given in, and is good for the length of one
slot. No 62 slots in a row hold more permits than the limit. Whatever leaves within one window, wherever it begins, was
permitted within 62 slots in a row: so no window ever sees more than the limit. It costs one part in thirty of the rate.

An even limit is spread besides: a bucket that fills as fast as the rule allows and holds a twentieth of the limit.
"""

from math import floor
from typing import Self

from msgspec import Struct

SLOTS = 60
_COUNTED = SLOTS + 2
_BURSTS = 20
_ROUNDING = 1e-6


class RateLimit(Struct, frozen=True):
    """At most `limit` messages in any `window` seconds; `even`: spread over the window instead of all at once."""

    limit: int
    window: float
    even: bool = False

    @property
    def slot(self) -> float:
        """Seconds in a slot, for which a permit is good."""
        return self.window / SLOTS

    @property
    def interval(self) -> float:
        """Seconds between two messages of an even limit."""
        return self.slot * _COUNTED / max(1, self.limit)

    @property
    def burst(self) -> int:
        """How many may leave at once after a rest."""
        return min(self.limit, 2 + self.limit // _BURSTS)

    def worth_while(self, wanted: int) -> int:
        """Fewer than these are not given by an even limit, so that nobody comes for every single one."""
        return max(1, min(wanted, self.burst // 2))


class Meter(Struct, frozen=True):
    """What one limit has given: permits by slot, the last of them `newest`; until when an even rate is used up.

    Times are seconds of one clock, that of the store; slots are numbered from its zero.
    """

    newest: int = 0
    counts: tuple[int, ...] = ()
    even_until: float = 0.0

    def at(self, limit: RateLimit, now: float) -> Self:
        """Without what no window holds any more. If the clock went back, what lies ahead counts as given just now."""
        slot = floor(now / limit.slot)
        if slot >= self.newest:
            counts = (*self.counts, *[0] * min(slot - self.newest, _COUNTED))
        else:
            kept, ahead = self.counts[: slot - self.newest] or (0,), self.counts[slot - self.newest :]
            counts = (*kept[:-1], kept[-1] + sum(ahead))
        debt = min(self.even_until - now, limit.burst * limit.interval)
        return type(self)(slot, counts[-_COUNTED:], now + max(0.0, debt))

    def used(self, limit: RateLimit, now: float) -> int:
        """Permits that count against the limit."""
        return sum(self.at(limit, now).counts)

    def room(self, limit: RateLimit, now: float, wanted: int) -> int:
        """How many of `wanted` may leave now."""
        current = self.at(limit, now)
        left = max(0, limit.limit - sum(current.counts))
        if not limit.even:
            return min(wanted, left)
        saved = floor(limit.burst - (current.even_until - now) / limit.interval + _ROUNDING)
        return min(wanted, left, saved) if saved >= limit.worth_while(wanted) else 0

    def taken(self, limit: RateLimit, now: float, count: int) -> Self:
        """After `count` permits were given."""
        current = self.at(limit, now)
        *older, last = current.counts or (0,)
        return type(self)(current.newest, (*older, last + count), current.even_until + count * limit.interval)

    def free_at(self, limit: RateLimit, now: float, wanted: int) -> float:
        """The earliest instant at which `room` is not 0, if nobody else takes any."""
        if limit.limit == 0:
            return now + limit.window
        current = self.at(limit, now)
        saved_at = current.even_until - (limit.burst - limit.worth_while(wanted)) * limit.interval
        return max(now, _slots_free_at(current, limit), saved_at if limit.even else now)


def _slots_free_at(meter: Meter, limit: RateLimit) -> float:
    """When enough slots are forgotten that one more fits; 0 when it fits now."""
    total, oldest, at = sum(meter.counts), meter.newest - len(meter.counts) + 1, 0.0
    for slot, count in enumerate(meter.counts, oldest):
        if total < limit.limit:
            break
        total -= count
        at = (slot + _COUNTED) * limit.slot
    return at
