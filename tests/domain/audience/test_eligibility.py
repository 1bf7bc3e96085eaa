"""Whether one person gets the campaign; the first thing that stands against it is the reason."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.audience.allocation import Buckets
from campaigns.domain.audience.eligibility import Eligibility, Group, Offer, Person, Share, judge
from campaigns.domain.audience.standing import BITS, CHANNEL_NUMBERS
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import Condition, Operator
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ADA = UserId("ada")
MAIL, SMS = ChannelType.EMAIL, ChannelType.SMS
GERMANS = Group(criteria=(Condition("country", Operator.EQUALS, "DE"),))
ADA_BY_NAME, NOBODY = Group(named=frozenset({ADA})), Group()


def person(**known: Any) -> Person:
    usual = {"user_id": ADA, "attributes": {"country": "DE", "email": "ada@b.example"}}
    return Person(**{**usual, "buckets": Buckets(9_999, 0, 0), **known})


def offer(**asked: Any) -> Offer:
    usual = {"include": GERMANS, "exclude": NOBODY, "excluded_users": frozenset[UserId](), "channels": (MAIL,)}
    return Offer(**{**usual, **asked})


def verdict(reason: str, **more: Any) -> Eligibility:
    return Eligibility(**{"reason": reason, "in_audience": True, **more})


def outside(reason: str) -> Eligibility:
    return verdict(reason, in_audience=False)


def test_who_is_included_and_reachable_gets_it_on_the_channel_that_reaches() -> None:
    judged = judge(person(), offer(channels=(SMS, MAIL)), NOW)
    assert judged == verdict("eligible", channel=CHANNEL_NUMBERS[MAIL])
    assert judged.eligible


@pytest.mark.parametrize(
    ("known", "asked", "reason"),
    [
        ({"attributes": {"country": "AT"}}, {}, "not_included"),
        ({}, {"include": NOBODY}, "not_included"),
        ({}, {"exclude": GERMANS}, "excluded"),
        ({}, {"exclude": ADA_BY_NAME}, "excluded"),
        ({}, {"excluded_users": frozenset({ADA})}, "excluded_user"),
        ({"rules_hold": False}, {}, "targeting_rules"),
        ({}, {"filtered_by": "blacklist"}, "filter:blacklist"),
    ],
)
def test_who_is_kept_out_is_told_by_what(known: dict[str, Any], asked: dict[str, Any], reason: str) -> None:
    judged = judge(person(**known), offer(**asked), NOW)
    assert judged == outside(reason)
    assert not judged.eligible


def test_the_first_thing_in_the_order_of_resolution_is_the_reason() -> None:
    against: dict[str, Any] = {
        "excluded_users": frozenset({ADA}),
        "include": NOBODY,
        "exclude": ADA_BY_NAME,
        "filtered_by": "f",
    }
    order = ["excluded_user", "not_included", "excluded", "targeting_rules", "filter:f"]
    lifted = [{}, {"excluded_users": frozenset()}, {"include": GERMANS}, {"exclude": NOBODY}]
    found = []
    for lift in lifted:
        against |= lift
        found.append(judge(person(rules_hold=False), offer(**against), NOW).reason)
    assert [*found, judge(person(), offer(**against), NOW).reason] == order


LATELY = Group(criteria=(Condition("joined", Operator.WITHIN_LAST, "P30D"),))


def test_membership_is_judged_at_the_instant_given() -> None:
    joined = person(attributes={"joined": "2026-12-15", "country": "DE", "email": "ada@b.example"})
    assert judge(joined, offer(include=LATELY), NOW).eligible
    assert judge(joined, offer(exclude=LATELY), NOW) == outside("excluded")


def test_named_people_are_included_whatever_their_profile_says() -> None:
    assert judge(person(attributes={"email": "a@b.example"}), offer(include=ADA_BY_NAME), NOW).eligible


def test_without_a_profile_one_is_included_by_name_alone() -> None:
    unknown = person(has_profile=False)
    assert judge(unknown, offer(include=GERMANS), NOW) == outside("not_included")
    assert judge(unknown, offer(include=ADA_BY_NAME), NOW).eligible


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"attributes": {"country": "DE"}}, "no_address"),
        ({"everywhere": SkipReason.SUPPRESSED_COMPLAINED}, "suppressed_complained"),
        ({"everywhere": SkipReason.DELETED}, "deleted"),
        ({"by_channel": SkipReason.SUPPRESSED_BOUNCED << BITS * CHANNEL_NUMBERS[MAIL]}, "suppressed_bounced"),
    ],
)
def test_who_cannot_be_reached_is_in_the_audience_but_gets_nothing(known: dict[str, Any], reason: str) -> None:
    assert judge(person(**known), offer(), NOW) == verdict(reason)


def test_who_cannot_be_reached_is_still_counted_to_a_variant() -> None:
    unreachable = person(attributes={"country": "DE"})
    assert judge(unreachable, offer(variants=(Share(allocation=Decimal(100)),)), NOW) == verdict(
        "no_address", variant=0
    )


@given(st.integers(0, 9_999), st.integers(0, 20))
def test_the_holdout_is_whoever_falls_below_its_share(bucket: int, percent: int) -> None:
    drawn = person(buckets=Buckets(bucket, 0, 0))
    judged = judge(drawn, offer(holdout_percentage=Decimal(percent)), NOW)
    assert judged.eligible is (bucket >= percent * 100)
    assert judged.in_audience


def test_who_is_held_out_has_neither_variant_nor_channel() -> None:
    held = judge(
        person(buckets=Buckets(0, 0, 0)),
        offer(holdout_percentage=Decimal(1), variants=(Share(allocation=Decimal(100), is_control=True),)),
        NOW,
    )
    assert held == verdict("holdout")


VARIANTS = (
    Share(allocation=Decimal(40)),
    Share(allocation=Decimal(40), channels=(SMS,)),
    Share(allocation=Decimal(10), is_control=True),
)


@pytest.mark.parametrize(
    ("bucket", "judged"),
    [
        (3_999, verdict("eligible", variant=0, channel=CHANNEL_NUMBERS[MAIL])),
        (4_000, verdict("eligible", variant=1, channel=CHANNEL_NUMBERS[SMS])),
        (7_999, verdict("eligible", variant=1, channel=CHANNEL_NUMBERS[SMS])),
        (8_000, verdict("control", variant=2)),
        (9_000, verdict("eligible", channel=CHANNEL_NUMBERS[MAIL])),
    ],
)
def test_the_bucket_decides_the_variant_and_the_variant_the_channels(bucket: int, judged: Eligibility) -> None:
    attributes = {"country": "DE", "email": "a@b.example", "phone": "+1"}
    drawn = person(attributes=attributes, buckets=Buckets(9_999, bucket, 0))
    assert judge(drawn, offer(variants=VARIANTS), NOW) == judged


def test_a_variant_s_own_channels_are_the_only_ones_tried() -> None:
    drawn = person(buckets=Buckets(9_999, 4_000, 0))
    assert judge(drawn, offer(variants=VARIANTS), NOW) == verdict("no_address", variant=1)
