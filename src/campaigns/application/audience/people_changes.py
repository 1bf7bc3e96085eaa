"""What is told of people one by one: what this context asks for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId, UserId


class ProfileChange(Struct, frozen=True, kw_only=True):
    """Attributes of one person as they were at an instant; those that are not named stay."""

    user_id: UserId
    attributes: Mapping[str, Any]
    at: datetime


class Preference(Struct, frozen=True, kw_only=True):
    """Whether one person wants messages by one channel."""

    user_id: UserId
    channel: ChannelType
    allowed: bool
    at: datetime


class ProfileChanges(Protocol):
    """The same again, and what is older than what is known, changes nothing; who was erased stays erased."""

    async def add(self, tenant_id: TenantId, changes: Sequence[ProfileChange]) -> None:
        """Known at once to whoever asks for a person; to audiences when it stands in the dataset."""


class Preferences(Protocol):
    """The same again, and what is older than what is known, changes nothing."""

    async def say(self, tenant_id: TenantId, preferences: Sequence[Preference], *, by: str) -> None:
        """A refusal suppresses the channel from the commit on; consent lifts what a refusal said, and nothing else."""
