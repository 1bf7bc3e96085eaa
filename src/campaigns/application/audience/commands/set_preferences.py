"""Take in by which channels people want to be written to."""

from campaigns.application.audience.people_changes import Preference, Preferences
from campaigns.application.shared.messages import Command


class SetPreferences(Command, frozen=True, kw_only=True):
    preferences: tuple[Preference, ...]


class SetPreferencesHandler:
    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    async def __call__(self, command: SetPreferences) -> None:
        caller = command.caller
        await self._preferences.say(caller.tenant_id, command.preferences, by=caller.principal)
