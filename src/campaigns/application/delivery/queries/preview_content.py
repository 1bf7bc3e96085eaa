"""A campaign's content as one person would see it."""

from campaigns.application.delivery.running import Briefs, Profiles
from campaigns.application.delivery.sample_person import Sample, channel_of, person_of
from campaigns.application.delivery.templates import ContentPreviews, Preview
from campaigns.application.shared.messages import Query
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import CampaignId


class PreviewContent(Query, frozen=True, kw_only=True):
    campaign_id: CampaignId
    sample: Sample


class PreviewContentHandler:
    def __init__(self, briefs: Briefs, profiles: Profiles, previews: ContentPreviews, clock: Clock) -> None:
        self._briefs, self._profiles, self._previews, self._clock = briefs, profiles, previews, clock

    async def __call__(self, query: PreviewContent) -> Preview:
        caller = query.caller
        brief = await self._briefs.of(query.campaign_id, self._clock.now(), caller)
        channel = channel_of(query.sample, brief)
        person = await person_of(query.sample, caller.tenant_id, self._profiles)
        return await self._previews.show(channel, person, caller, query.campaign_id)
