"""Whether one person gets the campaign, and if not, the first thing that stands against it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from campaigns.domain.audience.allocation import Buckets, bounds, share, variant_of
from campaigns.domain.audience.predicate import matches
from campaigns.domain.audience.standing import NOBODY, choose, standing_of, withheld
from campaigns.domain.audience.stratifying import CHANNEL, Stratum, rank, stratum_of, text_of, usual_bound
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import Criteria
from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason

ELIGIBLE, NOT_INCLUDED, EXCLUDED, EXCLUDED_USER = "eligible", "not_included", "excluded", "excluded_user"
RULES_SAY_NO = "targeting_rules"
CHANNELS = tuple(ChannelType)


class Person(Struct, frozen=True, kw_only=True):
    """Everything known of one person that decides. `everywhere`, `by_channel` and `capped`: packed as standing.

    Criteria find people among the profiles: who has no profile is in an audience by name or by list alone. `lists` are
    those of the audience's that the person is on.
    """

    user_id: UserId
    attributes: Mapping[str, Any]
    buckets: Buckets
    everywhere: int = 0
    by_channel: int = 0
    capped: int = 0
    lists: frozenset[str] = frozenset()
    rules_hold: bool = True
    has_profile: bool = True


class Group(Struct, frozen=True, kw_only=True):
    """A union of sets of people; `lists` are datasets."""

    criteria: Sequence[Criteria] = ()
    named: frozenset[UserId] = frozenset()
    lists: frozenset[str] = frozenset()

    def has(self, person: Person, now: datetime) -> bool:
        return self.names(person) or any(matches(one, person.attributes, now) for one in self.criteria)

    def names(self, person: Person) -> bool:
        """Whether it has the person whatever is known of them."""
        return person.user_id in self.named or not self.lists.isdisjoint(person.lists)


class Share(Struct, frozen=True, kw_only=True):
    """One variant: what part of the audience it gets, and its ways if it has any of its own."""

    allocation: Decimal
    is_control: bool = False
    channels: tuple[ChannelType, ...] = ()


class Offer(Struct, frozen=True, kw_only=True):
    """What the campaign asks of a person. `filtered_by` is the first filter that removes this very person. With a
    `test_sample` (percent) the last variant is that of the people beyond it. `to_everybody`: nobody has to be included.
    Where the holdout has strata, `drawn` are their bounds.
    """

    include: Group
    exclude: Group
    excluded_users: frozenset[UserId]
    channels: tuple[ChannelType, ...]
    variants: tuple[Share, ...] = ()
    holdout_percentage: Decimal = Decimal(0)
    holdout_strata: tuple[str, ...] = ()
    drawn: Mapping[Stratum, int] = {}
    test_sample: Decimal | None = None
    filtered_by: str | None = None
    to_everybody: bool = False


class Eligibility(Struct, frozen=True, kw_only=True):
    """`reason` is `eligible`, or why not; variant and channel are indexes, -1 for none. Who waits for a winner is of
    the variant after the campaign's own.
    """

    reason: str
    in_audience: bool
    variant: int = NOBODY
    channel: int = NOBODY
    waits_for_winner: bool = False

    @property
    def eligible(self) -> bool:
        return self.reason == ELIGIBLE


def judge(person: Person, offer: Offer, now: datetime) -> Eligibility:
    """In the order in which resolution decides."""
    if against := _outside(person, offer, now):
        return Eligibility(reason=against, in_audience=False)
    variant = _variant(person.buckets, offer)
    drawn = offer.variants[variant] if variant != NOBODY else None
    channels = (drawn.channels if drawn else ()) or offer.channels
    standing = standing_of(channels, person.attributes, person.everywhere, person.by_channel)
    choice = choose(channels, withheld(standing, person.capped))
    if choice.reason is not SkipReason.NONE:
        return Eligibility(reason=choice.reason.wire_name, in_audience=True, variant=variant)
    if _is_held_out(person, offer, choice.channel):
        return Eligibility(reason=SkipReason.HOLDOUT.wire_name, in_audience=True)
    if drawn and drawn.is_control:
        return Eligibility(reason=SkipReason.CONTROL.wire_name, in_audience=True, variant=variant)
    waits = offer.test_sample is not None and variant == len(offer.variants) - 1
    return Eligibility(
        reason=ELIGIBLE, in_audience=True, variant=variant, channel=choice.channel, waits_for_winner=waits
    )


def _is_held_out(person: Person, offer: Offer, channel: int) -> bool:
    buckets = share(offer.holdout_percentage)
    if not offer.holdout_strata:
        return person.buckets.holdout < buckets
    common = {**person.attributes, CHANNEL: CHANNELS[channel].value}
    stratum = stratum_of(offer.holdout_strata, [text_of(common.get(name)) for name in offer.holdout_strata])
    return rank(person.buckets) < offer.drawn.get(stratum, usual_bound(buckets))


def _variant(drawn: Buckets, offer: Offer) -> int:
    """By the buckets: beyond the sample of a test everybody but the control's people is of the last variant."""
    variant = variant_of(drawn.variant, bounds([one.allocation for one in offer.variants]))
    sampled = offer.test_sample is None or drawn.sample < share(offer.test_sample)
    if sampled or variant == NOBODY or offer.variants[variant].is_control:
        return variant
    return len(offer.variants) - 1


def behind_another(found: Eligibility) -> Eligibility:
    """Somebody with the same address comes first."""
    return Eligibility(reason=SkipReason.DUPLICATE_ADDRESS.wire_name, in_audience=True, variant=found.variant)


def _is_included(person: Person, offer: Offer, now: datetime) -> bool:
    return offer.include.has(person, now) if person.has_profile else offer.include.names(person)


def _outside(person: Person, offer: Offer, now: datetime) -> str | None:
    if person.user_id in offer.excluded_users:
        return EXCLUDED_USER
    if not offer.to_everybody and not _is_included(person, offer, now):
        return NOT_INCLUDED
    if offer.exclude.has(person, now):
        return EXCLUDED
    if not person.rules_hold:
        return RULES_SAY_NO
    return f"filter:{offer.filtered_by}" if offer.filtered_by else None
