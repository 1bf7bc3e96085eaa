"""Which conditions hold for which events, and how the people of those events stand to the campaigns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.trigger.ports import Bystanders
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import CampaignId, TenantId, UserId
from campaigns.domain.trigger.deciding import Bystander
from campaigns.domain.trigger.events import OF_EVENT, OutsideEvent
from campaigns.domain.trigger.index import Listener, TriggerIndex
from campaigns.domain.trigger.rules import TriggerOrders, TriggerRule

log = structlog.get_logger(__name__)
Profiles = Mapping[UserId, Mapping[str, Any]]
Moment = tuple[OutsideEvent, datetime]
"""An event, and the instant at which it is asked about."""
Standing = Mapping[tuple[CampaignId, UserId], Bystander]


class Match(NamedTuple):
    """A trigger whose condition holds for an event, at that instant."""

    event: OutsideEvent
    rule: TriggerRule
    at: datetime


class Asking:
    """Changes nothing: what follows is the caller's."""

    def __init__(self, bystanders: Bystanders) -> None:
        self._bystanders = bystanders

    async def matches(self, tenant_id: TenantId, index: TriggerIndex, moments: Sequence[Moment]) -> list[Match]:
        concerned = [(event, one, at) for event, at in moments for one in index.concerned(event, at)]
        asked = [event.user_id for event, listener, _ in concerned if listener.of_person is not None]
        profiles = await self._profiles(tenant_id, asked)
        return [Match(event, one.rule, at) for event, one, at in concerned if _holds(one, event, profiles, at)]

    async def standing(
        self, tenant_id: TenantId, orders: Mapping[CampaignId, TriggerOrders], matches: Sequence[Match], now: datetime
    ) -> Standing:
        """Of everybody whom a match is about, to its campaign, as of now."""
        profiles = await self._profiles(tenant_id, [match.event.user_id for match in matches])
        concerned: dict[CampaignId, set[UserId]] = defaultdict(set)
        for match in matches:
            concerned[match.rule.campaign_id].add(match.event.user_id)
        found: dict[tuple[CampaignId, UserId], Bystander] = {}
        for campaign_id, people in concerned.items():
            known = {user_id: profiles[user_id] for user_id in people}
            standing = await self._of_campaign(tenant_id, campaign_id, orders[campaign_id], known, now)
            found |= {(campaign_id, user_id): one for user_id, one in standing.items()}
        return found

    async def _of_campaign(
        self, tenant_id: TenantId, campaign_id: CampaignId, orders: TriggerOrders, people: Profiles, now: datetime
    ) -> Mapping[UserId, Bystander]:
        """Where the audience cannot be read, all are taken to be in it: that is asked again before they are sent to."""
        try:
            return await self._bystanders.standing(tenant_id, campaign_id, orders, people, now)
        except (DomainError, DependencyDownError) as refusal:
            log.warning("an audience cannot be read", campaign=str(campaign_id), detail=refusal.detail)
            return dict.fromkeys(people, Bystander())

    async def _profiles(self, tenant_id: TenantId, user_ids: Iterable[UserId]) -> Profiles:
        wanted = sorted(set(user_ids))
        return await self._bystanders.profiles(tenant_id, wanted) if wanted else {}


def _holds(listener: Listener, event: OutsideEvent, profiles: Profiles, at: datetime) -> bool:
    if listener.of_person is None:
        return True
    return listener.of_person(known_together(event, profiles[event.user_id]), at)


def known_together(event: OutsideEvent, profile: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions may ask about: the person, and the event under its own names."""
    return {**profile, **{f"{OF_EVENT}{name}": value for name, value in event.data.items()}}
