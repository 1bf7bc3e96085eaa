"""Holdout, variant and test sample: pure functions of (campaign id, user id), for ever and in every engine alike.

The digest is `xxh3_128("<campaign id>:<user id>")` in UTF-8, 16 bytes big-endian; `docs/allocation-vectors.json`
holds test vectors. Bytes 0-3, 4-7 and 8-11, each as an unsigned number modulo 10,000, are three independent buckets;
bytes 12-15 order the people of one bucket, where a holdout is drawn by strata.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from campaigns.domain.shared.ids import CampaignId, UserId

BUCKETS = 10_000

Digest = Callable[[bytes], bytes]
"""xxh3_128, big-endian, 16 bytes."""


class Buckets(NamedTuple):
    """Where one person falls in one campaign, each from 0 to 9,999; `tie` is 32 bits."""

    holdout: int
    variant: int
    sample: int
    tie: int = 0


def buckets(campaign_id: CampaignId, user_id: UserId, digest: Digest) -> Buckets:
    drawn = digest(prefix(campaign_id) + user_id.encode())
    holdout, variant, sample, tie = (int.from_bytes(drawn[at : at + 4], "big") for at in (0, 4, 8, 12))
    return Buckets(holdout % BUCKETS, variant % BUCKETS, sample % BUCKETS, tie)


def prefix(campaign_id: CampaignId) -> bytes:
    """What stands before the user id in the text that is digested."""
    return f"{campaign_id}:".encode()


def share(percent: float | Decimal) -> int:
    """A percentage as a number of buckets; people in buckets below it are in."""
    return round(Decimal(str(percent)) * 100)


def bounds(allocations: Sequence[float | Decimal]) -> tuple[int, ...]:
    """The exclusive upper bucket of each variant, in the order of the variants."""
    return tuple(accumulate(share(allocation) for allocation in allocations))


def variant_of(bucket: int, upper: Sequence[int]) -> int:
    """The index of the variant that owns a bucket; -1 when the allocations leave it to nobody."""
    index = bisect_right(upper, bucket)
    return index if index < len(upper) else -1
