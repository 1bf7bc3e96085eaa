"""What another service knows of people, where we know less."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from campaigns.application.audience.ports import ProfileSource
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.data_service.service import DataService

_AT_ONCE = 500


class _Profiles(Struct, frozen=True):
    profiles: tuple[dict[str, Any], ...]


class CompletedProfiles:
    """`ProfileSource`: our own attributes come first; the service fills in what we do not have."""

    def __init__(self, own: ProfileSource, service: DataService) -> None:
        self._own = own
        self._service = service

    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        own = await self._own.fetch(tenant_id, user_ids, columns)
        wanted = [profile["user_id"] for profile in own if columns is None or not set(columns) <= profile.keys()]
        theirs: dict[str, Mapping[str, Any]] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            theirs |= await self._asked(tenant_id, wanted[first : first + _AT_ONCE])
        return [_joined(profile, theirs.get(profile["user_id"], {}), columns) for profile in own]

    async def _asked(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> dict[str, Mapping[str, Any]]:
        answer = await self._service.ask("users/profiles/batch", tenant_id, _Profiles, {"user_ids": user_ids})
        found: dict[str, Mapping[str, Any]] = {
            str(profile.get("user_id")): profile for profile in (answer.profiles if answer else ())
        }
        if not found.keys() <= set(user_ids):
            raise self._service.doubt("the profiles speak of other people than it was asked about")
        return found


def _joined(own: Mapping[str, Any], theirs: Mapping[str, Any], columns: Sequence[str] | None) -> Mapping[str, Any]:
    filled = {
        name: value for name, value in theirs.items() if value is not None and (columns is None or name in columns)
    }
    return {**filled, **own}
