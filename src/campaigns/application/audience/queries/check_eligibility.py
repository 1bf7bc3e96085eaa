"""Whether one person would get a campaign, and why not."""

from uuid import UUID

from campaigns.application.audience.gathering import Gathered, gather
from campaigns.application.audience.ports import (
    AudienceOrder,
    AudienceResolver,
    Digests,
    Orders,
    People,
    PersonFacts,
    RulesEngine,
    SegmentContents,
    Subject,
)
from campaigns.application.shared.messages import Query
from campaigns.domain.audience.allocation import buckets
from campaigns.domain.audience.eligibility import Eligibility, Offer, Person, behind_another, judge
from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, ChannelType
from campaigns.domain.shared.ids import UserId

CHANNELS = tuple(ChannelType)
_MOST_SHARERS = 200
"""Whom of those with the same address is looked at: nearly always the first of them is eligible."""


class CheckEligibility(Query, frozen=True, kw_only=True):
    campaign_id: UUID
    user_id: UserId


class CheckEligibilityHandler:
    def __init__(
        self,
        orders: Orders,
        people: People,
        segments: SegmentContents,
        rules: RulesEngine,
        digests: Digests,
        *,
        resolver: AudienceResolver,
    ) -> None:
        self._orders = orders
        self._people = people
        self._segments = segments
        self._rules = rules
        self._digests = digests
        self._resolver = resolver

    async def __call__(self, query: CheckEligibility) -> Eligibility:
        order = await self._resolver.drawn(await self._orders.of(query.campaign_id, query.caller))
        gathered = await gather(order, self._segments, self._rules)
        found, facts = await self._judged(query.user_id, order, gathered)
        if not found.eligible or order.gathered:
            return found
        address = ADDRESS_ATTRIBUTE[CHANNELS[found.channel]] or ""
        for other in facts.sharing.get(address, ())[:_MOST_SHARERS]:
            earlier, _ = await self._judged(other, order, gathered)
            if earlier.channel == found.channel:
                return behind_another(found)
        return found

    async def _judged(
        self, user_id: UserId, order: AudienceOrder, gathered: Gathered
    ) -> tuple[Eligibility, PersonFacts]:
        facts = await self._people.facts(order, user_id)
        person = Person(
            user_id=user_id,
            attributes=facts.attributes,
            has_profile=facts.has_profile,
            buckets=buckets(order.campaign_id, user_id, self._digests),
            everywhere=facts.everywhere,
            by_channel=facts.by_channel,
            capped=facts.capped,
            lists=facts.lists,
            rules_hold=await self._rules_hold(order, gathered, Subject(user_id, facts.attributes)),
        )
        return judge(person, _offer(order, gathered, facts.filtered_by), order.now), facts

    async def _rules_hold(self, order: AudienceOrder, gathered: Gathered, subject: Subject) -> bool:
        if not all(matches(rule, subject.attributes, order.now) for rule in gathered.pushed_down):
            return False
        if not gathered.remote:
            return True
        matched = await self._rules.matching(order.tenant_id, gathered.remote, [subject])
        return frozenset(gathered.remote) <= matched[subject.user_id]


def _offer(order: AudienceOrder, gathered: Gathered, filtered_by: str | None) -> Offer:
    return Offer(
        include=gathered.include,
        exclude=gathered.exclude,
        excluded_users=frozenset(order.definition.excluded_users),
        channels=order.channels,
        variants=order.variants,
        holdout_percentage=order.holdout_percentage,
        holdout_strata=order.holdout_strata,
        drawn=order.drawn or {},
        test_sample=order.test_sample,
        filtered_by=filtered_by,
        to_everybody=order.gathered and not order.definition.include,
    )
