"""Permits under several limits at once: for as many of a chunk as all of them allow, in the chunk's order."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from campaigns.domain.delivery.metering import Meter, RateLimit


class LimitKey(Struct, frozen=True, order=True):
    """One limit: whose (`service`, `tenant acme`, `provider ses`, `sender acme.example`), and over which span."""

    subject: str
    span: str


class Stretch(Struct, frozen=True):
    """`count` messages in a row under the same limits."""

    keys: tuple[LimitKey, ...]
    count: int


class Refusal(Struct, frozen=True):
    """Nothing is permitted before `until` (seconds of the store's clock), because of this limit."""

    key: LimitKey
    until: float


class Permission(Struct, frozen=True):
    """The first `count` messages may leave; `meters` are those that changed. A refusal comes with a count of 0."""

    count: int
    meters: Mapping[LimitKey, Meter]
    refusal: Refusal | None = None


class Gauges(Struct, frozen=True):
    """Every limit that is asked about, what it has given, and the time (seconds of the store's clock)."""

    limits: Mapping[LimitKey, RateLimit]
    meters: Mapping[LimitKey, Meter]
    now: float

    def room(self, key: LimitKey, wanted: int) -> int:
        return self.meters[key].room(self.limits[key], self.now, wanted)

    def taken(self, key: LimitKey, count: int) -> Meter:
        return self.meters[key].taken(self.limits[key], self.now, count)

    def free_at(self, key: LimitKey, wanted: int) -> float:
        return self.meters[key].free_at(self.limits[key], self.now, wanted)


def permit(wanted: Sequence[Stretch], gauges: Gauges) -> Permission:
    """As many from the beginning as every limit allows."""
    demand = _demand(wanted)
    rooms = {key: gauges.room(key, count) for key, count in demand.items()}
    given: Counter[LimitKey] = Counter()
    total = 0
    for stretch in wanted:
        count = min([stretch.count, *(rooms[key] - given[key] for key in stretch.keys)])
        given.update(dict.fromkeys(stretch.keys, count))
        total += count
        if count < stretch.count:
            break
    if total == 0 and wanted:
        used_up = [key for key in wanted[0].keys if rooms[key] == 0]
        return Permission(0, {}, _refusal({key: gauges.free_at(key, demand[key]) for key in used_up}))
    return Permission(total, {key: gauges.taken(key, count) for key, count in given.items() if count})


def _demand(wanted: Sequence[Stretch]) -> Counter[LimitKey]:
    demand: Counter[LimitKey] = Counter()
    for stretch in wanted:
        demand.update(dict.fromkeys(stretch.keys, stretch.count))
    return demand


def _refusal(free_at: Mapping[LimitKey, float]) -> Refusal:
    last = max(free_at, key=lambda key: (free_at[key], key))
    return Refusal(last, free_at[last])
