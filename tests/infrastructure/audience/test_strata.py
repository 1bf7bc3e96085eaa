"""Of each stratum exactly its share is held out, and who is held out stays held out."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from tests.infrastructure.audience.datasets import (
    GivenContacts,
    GivenEditions,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
    embedded,
    rule,
    write,
)
from tests.infrastructure.audience.test_resolution import EVERYBODY, MAIL, SMS, order
from xxhash import xxh3_128_digest

from campaigns.application.audience.ports import AudienceOrder
from campaigns.domain.audience.allocation import buckets
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Group, Offer, Person, judge
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.stratifying import quotas
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.audience.resolution import WarehouseAudiences

SUPPRESSED = {f"u{n:05}": (3, 0) for n in range(0, 4_000, 9)}
ASKED = order(
    AudienceDefinition(include=(EVERYBODY,)), holdout_percentage=Decimal("7.5"), holdout_strata=("country", "channel")
)


def people(count: int, seed: int = 1) -> list[dict[str, Any]]:
    chance = Random(seed)
    return [
        {
            "user_id": f"u{n:05}",
            "email": f"{n}@a.example" if chance.random() < 0.6 else None,
            "phone": f"+{n}" if chance.random() < 0.9 else None,
            "country": chance.choice(["DE", "DE", "DE", "FR", "KZ", None]),
            "orders": chance.randrange(3),
        }
        for n in range(count)
    ]


def audiences(home: Path, rules: GivenRules | None = None) -> WarehouseAudiences:
    said = GivenSuppressions(SUPPRESSED)
    return WarehouseAudiences(*embedded(home), GivenSegments(), said, rules or GivenRules(), contacts=GivenContacts())


def read(home: Path, asked: AudienceOrder, rules: GivenRules | None = None) -> list[dict[str, Any]]:
    async def rows() -> list[dict[str, Any]]:
        async with audiences(home, rules).resolve(asked) as resolution:
            return [row async for batch in resolution.batches() for row in batch.to_pylist()]

    return asyncio.run(rows())


def held_out(rows: list[dict[str, Any]]) -> set[str]:
    return {row["user_id"] for row in rows if row["reason"] == SkipReason.HOLDOUT}


def counted(rows: list[dict[str, Any]]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    reached = [row for row in rows if row["stratum"] is not None]
    assert {row["reason"] for row in rows if row["stratum"] is None} <= {3, 7}, "the others are not reached"
    of = Counter(row["stratum"] for row in reached)
    held = Counter(row["stratum"] for row in reached if row["reason"] == SkipReason.HOLDOUT)
    return of, {stratum: held[stratum] for stratum in of}


def test_each_pair_of_country_and_channel_has_its_exact_share(tmp_path: Path) -> None:
    write(tmp_path, "people", people(4_000))
    of, held = counted(read(tmp_path, ASKED))
    assert len(of) == 8
    assert held == quotas(of, 750)


def test_who_is_judged_alone_is_judged_alike(tmp_path: Path) -> None:
    everybody = people(600)
    write(tmp_path, "people", everybody)
    drawn = asyncio.run(audiences(tmp_path).drawn(ASKED))
    rows = {row["user_id"]: row["reason"] for row in read(tmp_path, drawn)}
    assert read(tmp_path, drawn) == read(tmp_path, ASKED)
    assert {one["user_id"]: judged(one, drawn) for one in everybody} == rows


def judged(one: dict[str, Any], drawn: AudienceOrder) -> SkipReason:
    user_id = UserId(one["user_id"])
    person = Person(
        user_id=user_id,
        attributes={name: value for name, value in one.items() if value is not None},
        buckets=buckets(drawn.campaign_id, user_id, xxh3_128_digest),
        everywhere=SUPPRESSED.get(user_id, (0, 0))[0],
    )
    everybody = Group(criteria=(parse(EVERYBODY.criteria or {}),))
    offer = Offer(
        include=everybody,
        exclude=Group(),
        excluded_users=frozenset(),
        channels=(MAIL, SMS),
        holdout_percentage=drawn.holdout_percentage,
        holdout_strata=drawn.holdout_strata,
        drawn=drawn.drawn or {},
    )
    told = judge(person, offer, drawn.now)
    return SkipReason.NONE if told.eligible else SkipReason[told.reason.upper()]


def test_who_was_held_out_stays_so_when_others_come_and_go(tmp_path: Path) -> None:
    before, after = people(3_000), people(4_000)[1_000:]
    write(tmp_path, "people", before)
    drawn = asyncio.run(audiences(tmp_path).drawn(ASKED))
    first = held_out(read(tmp_path, drawn))
    write(tmp_path, "people", [*after, {"user_id": "zoe", "country": "US", "email": "z@a.example"}], version="w")
    later = read(tmp_path, drawn)
    both = {one["user_id"] for one in before} & {one["user_id"] for one in after}
    assert held_out(later) & both == first & both
    of, held = counted(later)
    assert 0.05 < sum(held.values()) / sum(of.values()) < 0.1, "newcomers are held out about as often"


def test_rules_that_are_asked_person_by_person_choose_before_the_draw(tmp_path: Path) -> None:
    write(tmp_path, "people", people(500))
    rules = GivenRules([rule(1)], holds_for=[f"u{n:05}" for n in range(0, 500, 2)])
    definition = replace(ASKED.definition, targeting_rules=(rule(1).id,))
    of, held = counted(read(tmp_path, replace(ASKED, definition=definition), rules))
    assert held == quotas(of, 750)
    assert "holdout_stratum_0" not in rules.asked[0].attributes


def test_estimates_count_people_by_stratum(tmp_path: Path) -> None:
    write(tmp_path, "people", people(1_000))
    warehouse, _ = embedded(tmp_path)
    estimates = WarehouseEstimates(audiences(tmp_path), GivenSegments(), warehouse, GivenEditions(), InProcessMemory())
    told = asyncio.run(estimates.estimate(ASKED))
    of, held = counted(read(tmp_path, ASKED))
    assert {one.stratum: (one.people, one.held_out) for one in told.strata} == {
        stratum: (of[stratum], held[stratum]) for stratum in of
    }
    assert asyncio.run(estimates.estimate(ASKED)) == told


@pytest.mark.parametrize("names", [("nowhere",), ("country", "nowhere")])
def test_an_attribute_that_nobody_has_is_refused_by_name(tmp_path: Path, names: tuple[str, ...]) -> None:
    write(tmp_path, "people", people(3))
    with pytest.raises(InvalidAudienceError) as refused:
        read(tmp_path, replace(ASKED, holdout_strata=names))
    assert [one.pointer for one in refused.value.violations] == [f"/holdout_strata/{len(names) - 1}"]


def test_strata_that_hardly_anybody_shares_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "people", [{**one, "country": one["user_id"]} for one in people(2_000)])
    with pytest.raises(InvalidAudienceError, match="cannot be drawn"):
        read(tmp_path, ASKED)


def test_without_people_there_is_nothing_to_draw(tmp_path: Path) -> None:
    write(tmp_path, "people", people(3))
    nobody = replace(ASKED, definition=AudienceDefinition())
    assert read(tmp_path, nobody) == []
    assert asyncio.run(audiences(tmp_path).drawn(nobody)).drawn == {}
