"""Who was written to lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap


class Contacts(Protocol):
    """The contacts that count against the caps of one resolution."""

    async def capped(self, user_ids: Any) -> Any:
        """For each of these people (Arrow strings, ascending) an Arrow int64, packed as standing:

        FREQUENCY_CAP on each channel on which they have had all that a cap allows.
        """


class RecentContacts(Protocol):
    """Who was written to lately, by any campaign of the tenant."""

    async def within(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], now: datetime) -> Contacts:
        """Everything in the plan that was sent, may have been sent, or still waits, since the caps' first day."""
