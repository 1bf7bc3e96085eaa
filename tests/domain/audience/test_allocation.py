import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xxhash import xxh3_128_digest

from campaigns.domain.audience.allocation import bounds, buckets, share, variant_of
from campaigns.domain.shared.ids import CampaignId, UserId

VECTORS = json.loads(Path("docs/allocation-vectors.json").read_text(encoding="utf-8"))["vectors"]
CAMPAIGN = CampaignId(UUID("0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60"))


def name_of(vector: dict[str, Any]) -> str:
    return f"{vector['campaign_id'][:4]}-{vector['user_id'].encode()[:10].hex()}"


@pytest.mark.parametrize("vector", VECTORS, ids=name_of)
def test_the_published_vectors_hold(vector: dict[str, Any]) -> None:
    drawn = buckets(CampaignId(UUID(vector["campaign_id"])), UserId(vector["user_id"]), xxh3_128_digest)
    expected = (vector["holdout"], vector["variant"], vector["sample"], int(vector["digest"][24:], 16))
    assert drawn == expected


def test_the_vectors_digests_are_xxh3_128() -> None:
    for vector in VECTORS:
        subject = f"{vector['campaign_id']}:{vector['user_id']}".encode()
        assert xxh3_128_digest(subject).hex() == vector["digest"]


def test_the_buckets_read_their_own_bytes_big_endian() -> None:
    digest = bytes.fromhex("00000001 00010000 80000000 ffffffff")
    assert buckets(CAMPAIGN, UserId("u"), lambda _: digest) == (1, 65536 % 10_000, 2**31 % 10_000, 2**32 - 1)


def test_percentages_become_buckets_exactly() -> None:
    assert [share(percent) for percent in (0, 5, 33.33, Decimal("0.01"), 100)] == [0, 500, 3333, 1, 10_000]


def test_a_bucket_belongs_to_the_first_variant_that_reaches_beyond_it() -> None:
    upper = bounds([50, 0, 30, 20])
    assert [variant_of(bucket, upper) for bucket in (0, 4999, 5000, 7999, 8000, 9999)] == [0, 0, 2, 2, 3, 3]


def test_what_is_not_allocated_is_nobodys() -> None:
    assert variant_of(9_999, bounds([50])) == -1
    assert variant_of(0, bounds([])) == -1


@given(st.integers(2, 5))
def test_an_even_split_is_even_among_many(count: int) -> None:
    upper = bounds([Decimal(100) / count for _ in range(count - 1)])
    upper = (*upper, 10_000)
    drawn = [variant_of(buckets(CAMPAIGN, UserId(f"u{n}"), xxh3_128_digest).variant, upper) for n in range(4_000)]
    assert all(abs(drawn.count(index) - 4_000 / count) < 220 for index in range(count))
