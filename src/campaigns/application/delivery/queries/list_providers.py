"""The providers that take the tenant's messages, and how they stand."""

from campaigns.application.delivery.provider_standing import ProviderReadings, Standing
from campaigns.application.shared.messages import Query


class ListProviders(Query, frozen=True, kw_only=True):
    pass


class ListProvidersHandler:
    def __init__(self, readings: ProviderReadings) -> None:
        self._readings = readings

    async def __call__(self, query: ListProviders) -> Standing:
        return await self._readings.standing(query.caller.tenant_id)
