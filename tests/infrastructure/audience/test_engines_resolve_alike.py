"""A campaign finds the same people, in the same order, with the same fate, whichever engine is asked."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from tests.infrastructure.audience.datasets import (
    GivenContacts,
    GivenEditions,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
)
from tests.support.engines import TENANT, everywhere, spark_connect
from tests.support.nasty_people import NOW

from campaigns.application.audience.ports import AudienceOrder, SegmentContent, VariantShare
from campaigns.domain.audience.definition import AudienceDefinition, FilterStep, Source
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import CampaignId, SegmentId, UserId
from campaigns.infrastructure.audience.counts import WarehouseCounts
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.people_search import WarehousePeopleSearch
from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.audience.resolution import WarehouseAudiences
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses
from campaigns.infrastructure.audience.warehouses.ports import Warehouse
from campaigns.infrastructure.audience.warehouses.profiles import WarehouseProfiles

COUNT = 3_000
REGULARS = SegmentContent(
    segment_id=SegmentId(UUID(int=1)), name="s", criteria={"field": "orders", "operator": "greater_than", "value": 4}
)


def people() -> pa.Table:
    chance, rows = Random(7), []
    for number in range(COUNT):
        mail = chance.choice(
            [f"U{number}@People.example", " shared@people.example ", "Shared@people.example", None, " "]
        )
        rows.append(
            {
                "user_id": chance.choice(["", "é", "😀", "\uffff"]) + f"{number:05}",
                "email": mail if chance.random() < 0.3 else f"u{number}@people.example",
                "phone": chance.choice([None, f"+49 30 {number}", f"0049 30 {number // 2}"]),
                "country": chance.choice(["DE", "FR", "AT", None]),
                "orders": chance.randint(0, 9),
            }
        )
    return pa.Table.from_pylist(rows)


def listed(people: pa.Table, seed: int) -> pa.Table:
    chance = Random(seed)
    return pa.table(
        {"user_id": [one for one in people.column("user_id").to_pylist() if chance.random() < 0.2] + ["stranger"]}
    )


@contextmanager
def same_people_everywhere(databases: Any, home: Path) -> Iterator[dict[str, Warehouse]]:
    everybody = people()
    lists = {name: listed(everybody, seed) for seed, name in enumerate(("blacklist", "android", "nobodies"), 1)}
    with databases.empty() as url, spark_connect() as address:
        yield everywhere(url, address, home, people=everybody, **lists)


@pytest.fixture(scope="module")
def warehouses(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Warehouse]]:
    with same_people_everywhere(databases, tmp_path_factory.mktemp("engines")) as engines:
        yield engines


def order() -> AudienceOrder:
    return AudienceOrder(
        tenant_id=TENANT,
        campaign_id=CampaignId(UUID(int=5)),
        definition=AudienceDefinition(
            include=(
                Source(criteria={"field": "country", "operator": "in", "value": ["DE", "FR"]}),
                Source(segment_id=REGULARS.segment_id),
                Source(user_ids=tuple(UserId(one) for one in ("00001", "stranger", "zoe", "é00004"))),
                Source(dataset="android"),
            ),
            exclude=(
                Source(criteria={"field": "orders", "operator": "equals", "value": 7}),
                Source(dataset="nobodies"),
            ),
            excluded_users=(UserId("00002"), UserId("zoe")),
            filters=(
                FilterStep(name="blacklist", listed_in=("blacklist",), keep=False),
                FilterStep(
                    name="few orders", criteria={"field": "orders", "operator": "less_than", "value": 1}, keep=False
                ),
                FilterStep(name="either", listed_in=("android", "blacklist"), keep=True),
            ),
        ),
        channels=(ChannelType.EMAIL, ChannelType.SMS),
        now=NOW,
        variants=(VariantShare(allocation=Decimal(60)), VariantShare(allocation=Decimal(40), is_control=True)),
        holdout_percentage=Decimal(10),
        holdout_strata=("country", "channel"),
    )


def suppressed() -> GivenSuppressions:
    return GivenSuppressions({f"{number:05}": (3, 0) for number in range(0, COUNT, 7)} | {"é00010": (0, 0x12)})


def audiences(warehouse: Warehouse, scratch: Path) -> WarehouseAudiences:
    shared = SharedAddresses(warehouse, EngineLimits(scratch=scratch))
    return WarehouseAudiences(
        warehouse, shared, GivenSegments(REGULARS), suppressed(), GivenRules(), contacts=GivenContacts()
    )


async def found(warehouse: Warehouse, scratch: Path) -> tuple[list[Any], Any]:
    async with audiences(warehouse, scratch).resolve(order()) as resolution:
        rows = [tuple(row.values()) async for batch in resolution.batches() for row in batch.to_pylist()]
        return rows, await resolution.steps()


def test_holdout_variants_channels_and_reasons_are_the_same_to_the_last_person(
    warehouses: dict[str, Warehouse], tmp_path: Path
) -> None:
    embedded, in_postgres, in_spark = (asyncio.run(found(one, tmp_path)) for one in warehouses.values())
    assert len(embedded[0]) > 100
    assert len({row[3] for row in embedded[0]}) >= 5, "the example has people of many fates"
    assert in_postgres == embedded
    assert in_spark == embedded


def test_estimates_counts_searches_and_profiles_are_the_same(warehouses: dict[str, Warehouse], tmp_path: Path) -> None:
    germans = parse({"field": "country", "operator": "equals", "value": "DE"})

    async def asked(warehouse: Warehouse) -> list[Any]:
        segments, resolver = GivenSegments(REGULARS), audiences(warehouse, tmp_path)
        search = WarehousePeopleSearch(warehouse)
        ids = [UserId(one) for one in ("00001", "nobody", "é00004", "😀00005")]
        return [
            await WarehouseEstimates(resolver, segments, warehouse, GivenEditions(), InProcessMemory()).estimate(
                order()
            ),
            await WarehouseCounts(resolver, segments, GivenRules(), warehouse).count(order()),
            await search.count(TENANT, "people", germans, NOW),
            [row async for batch in search.rows(TENANT, "people", germans, NOW, 50) for row in batch],
            search.columns(TENANT, "people"),
            await WarehouseProfiles(warehouse).fetch(TENANT, ids, ["country"]),
        ]

    embedded, in_postgres, in_spark = (asyncio.run(asked(one)) for one in warehouses.values())
    assert in_postgres == embedded
    assert in_spark == embedded


@pytest.mark.parametrize("name", ["nowhere", "../other/people", "people; drop", ".."])
def test_a_list_that_is_not_there_is_named(name: str, warehouses: dict[str, Warehouse], tmp_path: Path) -> None:
    step = FilterStep(name="x", listed_in=(name,))
    asked = AudienceOrder(
        tenant_id=TENANT,
        campaign_id=CampaignId(UUID(int=5)),
        definition=AudienceDefinition(include=(Source(user_ids=(UserId("a"),)),), filters=(step,)),
        channels=(),
        now=NOW,
    )

    async def resolve(warehouse: Warehouse) -> None:
        async with audiences(warehouse, tmp_path).resolve(asked):
            raise AssertionError

    for warehouse in warehouses.values():
        with pytest.raises(InvalidAudienceError) as refused:
            asyncio.run(resolve(warehouse))
        assert refused.value.violations[0].pointer == "/audience/filters/0/listed_in"
