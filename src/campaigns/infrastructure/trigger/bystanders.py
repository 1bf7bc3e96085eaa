"""What is known of the people that events are about, and how they stand to campaigns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from campaigns.application.audience.gathering import Gathered, gather
from campaigns.application.audience.ports import (
    AudienceOrder,
    Digests,
    People,
    ProfileSource,
    RulesEngine,
    SegmentContents,
    Subject,
)
from campaigns.domain.audience.allocation import Buckets, buckets, share
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.eligibility import Person
from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.ids import CampaignId, TenantId, UserId
from campaigns.domain.trigger.deciding import Bystander
from campaigns.domain.trigger.rules import TriggerOrders

_AT_ONCE = 1_000
_NO_BUCKETS = Buckets(0, 0, 0)  # whether somebody is meant does not depend on them
Profile = Mapping[str, Any]


class AudienceBystanders:
    """`Bystanders` from the audience context."""

    def __init__(
        self,
        *,
        source: ProfileSource,
        people: People,
        segments: SegmentContents,
        rules: RulesEngine,
        digests: Digests,
    ) -> None:
        self._source = source
        self._people = people
        self._segments = segments
        self._rules = rules
        self._digests = digests

    async def profiles(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> Mapping[UserId, Profile]:
        found: dict[UserId, Profile] = {}
        for first in range(0, len(user_ids), _AT_ONCE):
            some = user_ids[first : first + _AT_ONCE]
            found |= dict(zip(some, await self._source.fetch(tenant_id, some), strict=True))
        return found

    async def standing(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        orders: TriggerOrders,
        profiles: Mapping[UserId, Profile],
        now: datetime,
    ) -> Mapping[UserId, Bystander]:
        order = _order(tenant_id, campaign_id, orders, now)
        inside = await self._inside(order, profiles)
        held_out = share(orders.holdout_percentage)
        return {
            user_id: Bystander(
                in_audience=user_id in inside,
                held_out=bool(held_out) and buckets(campaign_id, user_id, self._digests).holdout < held_out,
                zone=zone_of(profile),
            )
            for user_id, profile in profiles.items()
        }

    async def _inside(self, order: AudienceOrder, profiles: Mapping[UserId, Profile]) -> set[UserId]:
        """Who is in the audience; one that names nobody is everybody's."""
        gathered = await gather(order, self._segments, self._rules)
        meant = {
            user_id
            for user_id, profile in profiles.items()
            if _is_meant(order, gathered, profile, await self._lists(order, user_id))
        }
        if meant and gathered.remote:
            subjects = [Subject(user_id, profiles[user_id]) for user_id in sorted(meant)]
            matched = await self._rules.matching(order.tenant_id, gathered.remote, subjects)
            meant = {user_id for user_id in meant if frozenset(gathered.remote) <= matched[user_id]}
        if order.definition.steps():
            meant = {user_id for user_id in meant if not (await self._people.facts(order, user_id)).filtered_by}
        return meant

    async def _lists(self, order: AudienceOrder, user_id: UserId) -> frozenset[str]:
        """The lists among the audience's sources that somebody is on."""
        return (await self._people.facts(order, user_id)).lists if order.definition.lists() else frozenset()


def _order(tenant_id: TenantId, campaign_id: CampaignId, orders: TriggerOrders, now: datetime) -> AudienceOrder:
    return AudienceOrder(
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        definition=msgspec.convert(orders.audience or {}, AudienceDefinition),
        channels=(),
        now=now,
        holdout_percentage=Decimal(0),
    )


def _is_meant(order: AudienceOrder, gathered: Gathered, profile: Profile, lists: frozenset[str]) -> bool:
    person = Person(user_id=profile["user_id"], attributes=profile, buckets=_NO_BUCKETS, lists=lists)
    included = not order.definition.include or (
        gathered.include.has(person, order.now) if _is_known(profile) else gathered.include.names(person)
    )
    excluded = gathered.exclude.has(person, order.now)
    return included and not excluded and all(matches(rule, profile, order.now) for rule in gathered.pushed_down)


def _is_known(profile: Profile) -> bool:
    return len(profile) > 1


def zone_of(profile: Profile) -> str | None:
    """The person's own zone; None where it is missing or none that there is."""
    named = profile.get("timezone")
    if not isinstance(named, str):
        return None
    try:
        return ZoneInfo(named).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
