"""A holdout that every stratum has its share of: of the people of each country, say, or of each country and channel.

It is the usual holdout with its edge moved a little, stratum by stratum, until the counts are exact. A person's rank is
the bucket of the usual holdout, and bytes 12-15 of the same digest within it; held out is who ranks below the bound.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from campaigns.domain.audience.allocation import BUCKETS, Buckets

CHANNEL = "channel"
"""The one stratum name that is no attribute of the profile: the channel by which a person is reached."""
MOST_STRATA = 1_000
TIE_BITS = 32
BEYOND_ALL_RANKS = BUCKETS << TIE_BITS

Stratum: TypeAlias = str
"""What its people have in common, as a JSON object in the order asked for: `{"country":"DE","channel":"email"}`."""


def stratum_of(names: Sequence[str], texts: Sequence[str | None]) -> Stratum:
    """The stratum of people with these values."""
    return msgspec.json.encode(dict(zip(names, texts, strict=True))).decode()


def text_of(value: Any) -> str | None:
    """How an attribute is written in a stratum."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def rank(drawn: Buckets) -> int:
    return drawn.holdout << TIE_BITS | drawn.tie


def usual_bound(buckets: int) -> int:
    """Where the holdout of so many buckets ends in a stratum that was never drawn."""
    return buckets << TIE_BITS


def quotas(sizes: Mapping[Stratum, int], buckets: int) -> dict[Stratum, int]:
    """How many of each stratum are held out, by largest remainder: nobody's share is off by one person or more."""
    given = {stratum: divmod(size * buckets, BUCKETS) for stratum, size in sizes.items()}
    total = (sum(sizes.values()) * buckets + BUCKETS // 2) // BUCKETS
    missing = total - sum(whole for whole, _ in given.values())
    by_remainder = sorted(given, key=lambda stratum: (-given[stratum][1], stratum))
    more = frozenset(by_remainder[:missing])
    return {stratum: whole + (stratum in more) for stratum, (whole, _) in given.items()}


def bound_between(last: int, following: int, usual: int) -> int:
    """The bound that is nearest to the usual one, after the last who is held out and not after who follows.

    People who come to the stratum later are so held out about as often as everywhere.
    """
    return min(max(usual, last + 1), following)
