"""Take in what is told of people, one by one."""

from campaigns.application.audience.people_changes import ProfileChange, ProfileChanges
from campaigns.application.shared.messages import Command


class ChangeProfiles(Command, frozen=True, kw_only=True):
    changes: tuple[ProfileChange, ...]


class ChangeProfilesHandler:
    def __init__(self, changes: ProfileChanges) -> None:
        self._changes = changes

    async def __call__(self, command: ChangeProfiles) -> None:
        await self._changes.add(command.caller.tenant_id, command.changes)
