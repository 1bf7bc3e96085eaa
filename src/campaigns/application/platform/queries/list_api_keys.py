"""An admin looks at the keys of their tenant."""

from campaigns.application.platform.ports import ApiKeys
from campaigns.application.shared.messages import Query
from campaigns.domain.platform.api_keys import ApiKey


class ListApiKeys(Query, frozen=True, kw_only=True):
    pass


class ListApiKeysHandler:
    def __init__(self, api_keys: ApiKeys) -> None:
        self._api_keys = api_keys

    async def __call__(self, query: ListApiKeys) -> list[ApiKey]:
        return await self._api_keys.all(query.caller.tenant_id)
