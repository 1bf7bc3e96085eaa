"""Who is found by the stream is who is judged eligible one by one."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.infrastructure.audience.datasets import (
    TENANT,
    GivenContacts,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
    embedded,
    rule,
    write,
)
from xxhash import xxh3_128_digest

from campaigns.application.audience.gathering import gather
from campaigns.application.audience.ports import AudienceOrder, SegmentContent, VariantShare
from campaigns.domain.audience.addresses import same_address
from campaigns.domain.audience.allocation import buckets
from campaigns.domain.audience.definition import AudienceDefinition, FilterStep, Source
from campaigns.domain.audience.eligibility import Offer, Person, judge
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.standing import CHANNEL_NUMBERS, capped_on
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import CampaignId, SegmentId, UserId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.candidates import _require_order
from campaigns.infrastructure.audience.datasets import Datasets, Kind
from campaigns.infrastructure.audience.resolution import WarehouseAudiences

NOW = datetime(2027, 1, 1, tzinfo=UTC)
MAIL, SMS = ChannelType.EMAIL, ChannelType.SMS
EVERYBODY = Source(criteria={"field": "user_id", "operator": "exists"})
GERMANS = {"field": "country", "operator": "equals", "value": "DE"}


def order(definition: AudienceDefinition, **more: Any) -> AudienceOrder:
    defaults: dict[str, Any] = {"channels": (MAIL, SMS), "now": NOW}
    return AudienceOrder(
        tenant_id=TENANT, campaign_id=CampaignId(UUID(int=5)), definition=definition, **{**defaults, **more}
    )


def resolved(
    home: Path,
    asked: AudienceOrder,
    *,
    said: Mapping[str, tuple[int, int]] | None = None,
    segments: GivenSegments | None = None,
    rules: GivenRules | None = None,
    capped: Sequence[str] = (),
) -> tuple[list[tuple[str, int, int, int]], Any]:
    async def read() -> tuple[list[tuple[str, int, int, int]], Any]:
        audiences = WarehouseAudiences(
            *embedded(home),
            segments or GivenSegments(),
            GivenSuppressions(said or {}),
            rules or GivenRules(),
            contacts=GivenContacts(capped),
        )
        async with audiences.resolve(asked) as resolution:
            batches = [batch async for batch in resolution.batches()]
        rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
        return rows, resolution

    return asyncio.run(read())  # type: ignore[return-value]


def person(user_id: str, **more: Any) -> dict[str, Any]:
    return {"user_id": user_id, "email": f"{user_id}@a.example", "phone": None, "country": "DE", "orders": 1} | more


def test_people_come_in_the_order_of_their_ids_with_strangers_in_between(tmp_path: Path) -> None:
    write(tmp_path, "people", [person("b"), person("d")])
    named = Source(user_ids=tuple(UserId(one) for one in ("e", "a", "c", "b", "\uffff", "😀")))
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY, named))))
    assert [row[0] for row in rows] == ["a", "b", "c", "d", "e", "\uffff", "😀"]
    assert [row[3] for row in rows] == [7, 0, 7, 0, 7, 7, 7]


def test_without_any_dataset_the_named_are_the_audience(tmp_path: Path) -> None:
    named = Source(user_ids=(UserId("b"), UserId("a")))
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(named,)), channels=(ChannelType.IN_APP,)))
    assert rows == [("a", -1, 4, 0), ("b", -1, 4, 0)]


def test_nobody_is_in_an_audience_without_sources(tmp_path: Path) -> None:
    write(tmp_path, "people", [person("a")])
    assert resolved(tmp_path, order(AudienceDefinition()))[0] == []


def test_order_and_completeness_hold_across_many_ranges(tmp_path: Path) -> None:
    people = [person(f"u{n:05}", country="DE" if n % 3 else "FR") for n in range(5_000)]
    write(tmp_path, "people", people, group=100)
    named = Source(user_ids=tuple(UserId(f"u{n:05}x") for n in range(0, 5_000, 7)))
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(Source(criteria=GERMANS), named))))
    wanted = sorted([f"u{n:05}" for n in range(5_000) if n % 3] + [f"u{n:05}x" for n in range(0, 5_000, 7)])
    assert [row[0] for row in rows] == wanted


def test_filters_report_what_each_removed(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n}", orders=n) for n in range(10)])
    write(tmp_path, "blacklist", [person("u1"), person("u2"), person("zz")])
    write(tmp_path, "devices", [person(f"u{n}", country="android" if n < 6 else "ios") for n in range(10)])
    steps = (
        FilterStep(name="blacklist", listed_in=("blacklist",), keep=False),
        FilterStep(
            name="devices",
            listed_in=("devices",),
            criteria={"field": "country", "operator": "equals", "value": "android"},
        ),
        FilterStep(name="active", criteria={"field": "orders", "operator": "greater_than", "value": 3}),
    )
    rows, resolution = resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY,), filters=steps)))
    assert [row[0] for row in rows] == ["u4", "u5"]
    counted = [(step.name, step.removed, step.left) for step in asyncio.run(resolution.steps())]
    assert counted == [("blacklist", 2, 8), ("devices", 4, 4), ("active", 2, 2)]


def test_a_filter_over_a_dataset_that_is_not_there_is_refused(tmp_path: Path) -> None:
    steps = (FilterStep(name="x", listed_in=("nowhere",)),)
    with pytest.raises(InvalidAudienceError):
        resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY,), filters=steps)))


def test_variants_with_their_own_channels_reach_by_those(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:03}", phone=f"+1{n}" if n % 2 else None) for n in range(400)])
    variants = (VariantShare(allocation=Decimal(50)), VariantShare(allocation=Decimal(50), channels=(SMS,)))
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY,)), channels=(MAIL,), variants=variants))
    for user_id, variant, channel, reason in rows:
        has_phone = int(user_id[1:]) % 2 == 1
        expected = (0, 0) if variant == 0 else (1, 0) if has_phone else (-1, SkipReason.NO_ADDRESS)
        assert (channel, reason) == expected


def test_rules_in_our_grammar_are_part_of_the_query(tmp_path: Path) -> None:
    write(tmp_path, "people", [person("a"), person("b", country="FR")])
    rules = GivenRules([rule(1, criteria=parse(GERMANS))])
    asked = order(AudienceDefinition(include=(EVERYBODY,), targeting_rules=(rule(1).id,)))
    rows, _ = resolved(tmp_path, asked, rules=rules)
    assert ([row[0] for row in rows], rules.asked) == (["a"], [])


def test_other_rules_are_asked_person_by_person_with_what_is_known(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:04}") for n in range(2_500)])
    rules = GivenRules([rule(1)], holds_for=["u0001", "u2000"])
    asked = order(AudienceDefinition(include=(EVERYBODY,), targeting_rules=(rule(1).id,)))
    rows, _ = resolved(tmp_path, asked, rules=rules)
    assert [row[0] for row in rows] == ["u0001", "u2000"]
    assert len(rules.asked) == 2_500
    assert rules.asked[0].attributes == {"email": "u0000@a.example", "country": "DE", "orders": 1}


def test_missing_segments_and_unusable_rules_are_all_named(tmp_path: Path) -> None:
    gone = SegmentId(UUID(int=9))
    definition = AudienceDefinition(
        include=(EVERYBODY, Source(segment_id=gone)), targeting_rules=(rule(1).id, rule(2).id)
    )
    with pytest.raises(InvalidAudienceError) as refused:
        resolved(tmp_path, order(definition), rules=GivenRules([rule(2, enabled=False)]))
    pointers = [violation.pointer for violation in refused.value.violations]
    assert pointers == ["/audience/include/1/segment_id", "/audience/targeting_rules/0", "/audience/targeting_rules/1"]


def test_an_unsorted_file_is_noticed_not_planned(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        _require_order(pa.array(["b", "a"]), "")
    with pytest.raises(RuntimeError):
        _require_order(pa.array(["a", "b"]), "a")


def test_leaving_early_stops_the_reader(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:05}") for n in range(50_000)])

    async def read() -> int:
        audiences = WarehouseAudiences(
            *embedded(tmp_path),
            GivenSegments(),
            GivenSuppressions({}),
            GivenRules(),
            contacts=GivenContacts(),
        )
        async with audiences.resolve(order(AudienceDefinition(include=(EVERYBODY,)))) as resolution:
            batches = resolution.batches()
            first = await anext(batches)
            await batches.aclose()  # type: ignore[attr-defined]
            return int(first.num_rows)

    assert asyncio.run(read()) > 0


def test_many_who_share_an_address_get_one_message_wherever_they_stand(tmp_path: Path) -> None:
    people = [person(f"u{n:06}", email=f"{n % 70_000}@a.example") for n in range(100_000)]
    write(tmp_path, "people", people)
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY,)), channels=(MAIL,)))
    assert [reason for *_, reason in rows] == [0] * 70_000 + [SkipReason.DUPLICATE_ADDRESS] * 30_000


def test_who_is_held_out_leaves_the_address_to_the_next(tmp_path: Path) -> None:
    write(tmp_path, "people", [person(f"u{n:03}", email="one@a.example") for n in range(200)])
    asked = order(AudienceDefinition(include=(EVERYBODY,)), channels=(MAIL,), holdout_percentage=Decimal(20))
    reasons = [reason for *_, reason in resolved(tmp_path, asked)[0]]
    first = next(n for n, reason in enumerate(reasons) if reason != SkipReason.HOLDOUT)
    assert (reasons[first], reasons.count(0)) == (0, 1)
    assert reasons[first + 1 :].count(SkipReason.DUPLICATE_ADDRESS) == len(reasons) - reasons.count(1) - 1


def test_a_new_version_of_the_people_is_searched_again_for_shared_addresses(tmp_path: Path) -> None:
    asked = order(AudienceDefinition(include=(EVERYBODY,)), channels=(MAIL,))
    write(tmp_path, "people", [person("a"), person("b")])
    assert [reason for *_, reason in resolved(tmp_path, asked)[0]] == [0, 0]
    write(tmp_path, "people", [person("a"), person("b", email="a@a.example")], version="w")
    assert [reason for *_, reason in resolved(tmp_path, asked)[0]] == [0, SkipReason.DUPLICATE_ADDRESS]
    write(tmp_path, "people", [person("a")], version="x")
    assert not list(Datasets(tmp_path).folder(TENANT, "people").glob("v.parquet*"))


USERS = [f"u{n}" for n in range(12)]
users = st.sampled_from(USERS)
profiles = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "", " ", "a@b.example", " A@B.example ", "ä@b.example", "Ä@b.example"]),
        "phone": st.sampled_from([None, "+1", "001", "+1 (2)", "12", "--"]),
        "country": st.sampled_from([None, "DE", "FR"]),
        "orders": st.none() | st.integers(0, 3),
    }
)
criteria = st.sampled_from(
    [
        GERMANS,
        {"field": "orders", "operator": "greater_than", "value": 1},
        {"not": [GERMANS]},
        {"field": "country", "operator": "not_exists"},
    ]
)
sources = st.one_of(
    criteria.map(lambda tree: Source(criteria=tree)),
    st.lists(users, min_size=1, max_size=5).map(lambda ids: Source(user_ids=tuple(map(UserId, ids)))),
    st.just(Source(segment_id=SegmentId(UUID(int=1)))),
)
reasons = st.sampled_from([0, 3, 4, 5, 6, 14])
suppressed = st.dictionaries(
    users,
    st.tuples(reasons, st.dictionaries(st.sampled_from([MAIL, SMS]), st.sampled_from([3, 4, 5, 14]), max_size=2)).map(
        lambda said: (said[0], sum(reason << 4 * CHANNEL_NUMBERS[channel] for channel, reason in said[1].items()))
    ),
    max_size=6,
)
ways = st.lists(st.sampled_from([MAIL, SMS]), unique=True, max_size=2).map(tuple)
shares = st.sampled_from([(), (100,), (50, 50), (20, 30, 50)])


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    people=st.dictionaries(users, profiles, max_size=12),
    include=st.lists(sources, max_size=3),
    exclude=st.lists(sources, max_size=2),
    excluded=st.lists(users, max_size=2),
    said=suppressed,
    channels=ways,
    shared=shares.flatmap(lambda percents: st.tuples(*(st.tuples(st.just(p), st.booleans(), ways) for p in percents))),
    holdout=st.sampled_from([0, 20]),
    capped=st.lists(users, max_size=3),
    sampled=st.sampled_from([None, 0, 40, 100]),
)
def test_the_stream_and_the_judgement_of_each_person_agree(  # noqa: PLR0917
    people: Mapping[str, dict[str, Any]],
    include: Sequence[Source],
    exclude: Sequence[Source],
    excluded: Sequence[str],
    said: Mapping[str, tuple[int, int]],
    channels: tuple[ChannelType, ...],
    shared: Sequence[tuple[int, bool, tuple[ChannelType, ...]]],
    holdout: int,
    capped: Sequence[str],
    sampled: int | None,
) -> None:
    definition = AudienceDefinition(
        include=tuple(include), exclude=tuple(exclude), excluded_users=tuple(map(UserId, excluded))
    )
    variants = tuple(
        VariantShare(allocation=Decimal(p), is_control=control, channels=own) for p, control, own in shared
    )
    if sampled is not None:
        variants = (*variants, VariantShare(allocation=Decimal(0)))
    caps = (FrequencyCap(messages=1, days=1),) if capped else ()
    asked = order(
        definition,
        channels=channels,
        variants=variants,
        holdout_percentage=Decimal(holdout),
        frequency_caps=caps,
        test_sample=None if sampled is None else Decimal(sampled),
    )
    segments = GivenSegments(SegmentContent(segment_id=SegmentId(UUID(int=1)), name="s", criteria=GERMANS))
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), "people", [{"user_id": user, **profile} for user, profile in people.items()], group=3)
        rows, _ = resolved(Path(folder), asked, said=said, segments=segments, capped=capped)
    found = {user: (variant, channel, SkipReason(reason)) for user, variant, channel, reason in rows}
    alone = {user: judged(user, asked, people, said, segments, user in capped) for user in sorted(USERS)}
    assert found == one_message_an_address({user: told for user, told in alone.items() if told}, people)


def one_message_an_address(
    told: Mapping[str, tuple[int, int, SkipReason]], people: Mapping[str, dict[str, Any]]
) -> dict[str, tuple[int, int, SkipReason]]:
    found, taken = {}, set()
    for user, (variant, channel, reason) in told.items():
        attribute = {0: "email", 1: "phone"}.get(channel, "")
        address = (channel, same_address(attribute, people.get(user, {}).get(attribute) or ""))
        again = address[1] != "" and address in taken
        found[user] = (variant, -1, SkipReason.DUPLICATE_ADDRESS) if again else (variant, channel, reason)
        taken.add(address)
    return found


def judged(  # noqa: PLR0917
    user: str,
    asked: AudienceOrder,
    people: Mapping[str, dict[str, Any]],
    said: Mapping[str, tuple[int, int]],
    segments: GivenSegments,
    over_cap: bool,
) -> tuple[int, int, SkipReason] | None:
    gathered = asyncio.run(gather(asked, segments, GivenRules()))
    everywhere, by_channel = said.get(user, (0, 0))
    one = Person(
        user_id=UserId(user),
        attributes={"user_id": user, **people.get(user, {})},
        buckets=buckets(asked.campaign_id, UserId(user), xxh3_128_digest),
        everywhere=everywhere,
        by_channel=by_channel,
        has_profile=user in people,
        capped=capped_on(None) if over_cap else 0,
    )
    offer = Offer(
        include=gathered.include,
        exclude=gathered.exclude,
        excluded_users=frozenset(asked.definition.excluded_users),
        channels=asked.channels,
        variants=asked.variants,
        holdout_percentage=asked.holdout_percentage,
        test_sample=asked.test_sample,
    )
    told = judge(one, offer, NOW)
    if not told.in_audience:
        return None
    reason = SkipReason.NONE if told.eligible else SkipReason[told.reason.upper()]
    return told.variant, told.channel, reason


def test_people_come_with_their_zones_where_these_are_asked_for(tmp_path: Path) -> None:
    zones = {"timezone": (Kind.TEXT, pa.string())}
    people = [person("a", timezone="Asia/Tokyo"), person("b"), person("c", timezone=None)]
    write(tmp_path, "people", people, also=zones)
    definition = AudienceDefinition(include=(EVERYBODY, Source(user_ids=(UserId("d"),))))
    rows, _ = resolved(tmp_path, order(definition, with_zones=True))
    assert [(row[0], row[4]) for row in rows] == [("a", "Asia/Tokyo"), ("b", None), ("c", None), ("d", None)]
    assert all(len(row) == 4 for row in resolved(tmp_path, order(definition))[0])


def test_without_zones_in_the_profiles_nobody_has_one(tmp_path: Path) -> None:
    write(tmp_path, "people", [person("a", timezone=9)], also={"timezone": (Kind.INTEGER, pa.int64())})
    rows, _ = resolved(tmp_path, order(AudienceDefinition(include=(EVERYBODY,)), with_zones=True))
    assert rows == [("a", -1, 0, 0)]
