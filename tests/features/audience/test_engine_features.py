"""Steps of the other engines: a real PostgreSQL and a real Spark Connect server beside the embedded one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, scenarios, then, when
from tests.infrastructure.audience.test_engines_resolve_alike import found, order, same_people_everywhere

from campaigns.infrastructure.audience.warehouses.ports import Warehouse

scenarios("audience/asking_another_engine.feature")

Found = dict[str, tuple[list[Any], Any]]


@pytest.fixture(scope="module")
def warehouses(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Warehouse]]:
    with same_people_everywhere(databases, tmp_path_factory.mktemp("engines")) as engines:
        yield engines


@given("the same people and lists in our own files, in a database and on a cluster")
def everywhere(warehouses: dict[str, Warehouse]) -> None:
    assert list(warehouses) == ["embedded", "postgres", "spark"]


@given("a campaign with sources, exclusions, filters, a stratified holdout and a control")
def a_campaign() -> None:
    asked = order()
    assert asked.definition.include
    assert asked.definition.exclude
    assert asked.definition.steps()
    assert asked.holdout_strata
    assert any(variant.is_control for variant in asked.variants)


@when("the campaign's people are found by each engine", target_fixture="fates")
def found_by_each(warehouses: dict[str, Warehouse], tmp_path: Path) -> Found:
    return {name: asyncio.run(found(warehouse, tmp_path)) for name, warehouse in warehouses.items()}


@then("people of many fates are found")
def many_fates(fates: Found) -> None:
    rows, _ = fates["embedded"]
    assert len(rows) > 100
    assert len({reason for _, _, _, reason, *_ in rows}) >= 5


@then("all engines say the same of everybody")
def same_of_everybody(fates: Found) -> None:
    assert fates["postgres"][0] == fates["embedded"][0] == fates["spark"][0]


@then("all engines say the same of each filter")
def same_of_each_filter(fates: Found) -> None:
    assert fates["postgres"][1] == fates["embedded"][1] == fates["spark"][1]
    assert [step.name for step in fates["embedded"][1]] == ["blacklist", "few orders", "either"]
