"""An imported list is a source like any other: for who is on it, with a profile or without."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.infrastructure.audience.datasets import (
    GivenContacts,
    GivenEditions,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
    embedded,
    write,
)
from tests.infrastructure.audience.test_resolution import GERMANS, MAIL, NOW, order, person, resolved

from campaigns.application.audience.ports import AudienceOrder, Estimate
from campaigns.domain.audience.allocation import Buckets
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.audience.eligibility import Group, Person
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.people import StoredPeople
from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.audience.resolution import WarehouseAudiences

VIP, STAFF = Source(dataset="vip"), Source(dataset="staff")


def sources(include: Iterable[Source], exclude: Iterable[Source] = ()) -> AudienceOrder:
    return order(AudienceDefinition(include=tuple(include), exclude=tuple(exclude)), channels=(MAIL,))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(tmp_path, "people", [person(user) for user in ("anna", "ben", "chloe", "dana")])
    write(tmp_path, "vip", [{"user_id": user} for user in ("anna", "ben", "zoe")])
    write(tmp_path, "staff", [{"user_id": user} for user in ("ben", "gus")])
    return tmp_path


def found(home: Path, asked: AudienceOrder) -> dict[str, int]:
    return {row[0]: row[3] for row in resolved(home, asked)[0]}


def test_a_list_means_everybody_on_it_known_or_not(home: Path) -> None:
    assert found(home, sources([VIP])) == {"anna": 0, "ben": 0, "zoe": SkipReason.NO_ADDRESS}


def test_before_the_first_import_of_people_lists_and_names_are_all_there_is(tmp_path: Path) -> None:
    write(tmp_path, "vip", [{"user_id": "zoe"}])
    assert found(tmp_path, sources([Source(criteria=GERMANS)])) == {}
    assert found(tmp_path, sources([VIP, Source(criteria=GERMANS)])) == {"zoe": SkipReason.NO_ADDRESS}


def test_lists_are_joined_with_other_sources_and_nobody_comes_twice(home: Path) -> None:
    named = Source(user_ids=(UserId("anna"), UserId("zoe"), UserId("yan")))
    assert sorted(found(home, sources([VIP, STAFF, named]))) == ["anna", "ben", "gus", "yan", "zoe"]


def test_who_is_on_an_excluded_list_stays_out(home: Path) -> None:
    assert sorted(found(home, sources([VIP], [STAFF]))) == ["anna", "zoe"]


def test_a_list_that_was_never_imported_is_named_where_it_stands(home: Path) -> None:
    with pytest.raises(InvalidAudienceError) as refused:
        found(home, sources([VIP], [STAFF, Source(dataset="nowhere")]))
    assert [one.pointer for one in refused.value.violations] == ["/audience/exclude/1/dataset"]


def estimated(home: Path, asked: AudienceOrder) -> Estimate:
    warehouse, shared = embedded(home)
    segments, nobody = GivenSegments(), GivenSuppressions({})
    resolver = WarehouseAudiences(warehouse, shared, segments, nobody, GivenRules(), contacts=GivenContacts())
    estimates = WarehouseEstimates(resolver, segments, warehouse, GivenEditions(), InProcessMemory())
    return asyncio.run(estimates.estimate(asked))


def test_estimates_tell_the_size_of_each_list_and_of_their_union(home: Path) -> None:
    told = estimated(home, sources([VIP, STAFF, Source(criteria=GERMANS)], [STAFF]))
    assert [(one.side, one.size) for one in told.sources[:2]] == [("include", 3), ("include", 2)]
    assert told.included == len({"anna", "ben", "zoe", "gus", "chloe", "dana"})
    assert told.sources[-1].size == 2


class Unsaid:
    """Nothing is said about anybody."""

    async def standing(self, *asked: Any) -> tuple[int, int]:
        return 0, 0


@pytest.mark.parametrize(("user", "lists"), [("ben", {"vip", "staff"}), ("zoe", {"vip"}), ("dana", set())])
def test_of_one_person_the_lists_are_known(home: Path, user: str, lists: set[str]) -> None:
    people = StoredPeople(*embedded(home), Unsaid(), GivenContacts())  # type: ignore[arg-type]  asked of nothing else
    facts = asyncio.run(people.facts(sources([VIP], [STAFF]), UserId(user)))
    assert facts.lists == lists
    known = Person(user_id=UserId(user), attributes={}, buckets=Buckets(0, 0, 0), lists=facts.lists)
    assert Group(lists=frozenset({"vip"})).has(known, NOW) is ("vip" in lists)
