"""The campaigns of a tenant, by what one looks for."""

from campaigns.application.campaign.ports import CampaignFilter, CampaignListing, CampaignPage, SortField
from campaigns.application.shared.messages import Query


class ListCampaigns(Query, frozen=True, kw_only=True):
    """Either by `offset` or by the `cursor` of the page before; the newest first unless said otherwise."""

    wanted: CampaignFilter = CampaignFilter()
    sort: SortField = "created_at"
    descending: bool = True
    limit: int = 50
    offset: int = 0
    cursor: str | None = None


class ListCampaignsHandler:
    def __init__(self, listing: CampaignListing) -> None:
        self._listing = listing

    async def __call__(self, query: ListCampaigns) -> CampaignPage:
        return await self._listing.page(
            query.caller,
            query.wanted,
            sort=query.sort,
            descending=query.descending,
            limit=query.limit,
            offset=query.offset,
            cursor=query.cursor,
        )
