"""What the owner of user accounts tells: somebody is there, wants something else, is gone."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from campaigns.application.audience.commands.change_profiles import ChangeProfiles
from campaigns.application.audience.commands.erase_person import ErasePerson
from campaigns.application.audience.commands.set_preferences import SetPreferences
from campaigns.application.audience.people_changes import Preference, ProfileChange
from campaigns.application.shared.messages import Command
from campaigns.application.trigger.commands.take_events import TakeEvents
from campaigns.application.trigger.ports import ReportedEvent
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.nats.received import Received

UserIdText = Annotated[str, Meta(min_length=1, max_length=255, pattern="^[^\x00]*$")]
Name = Annotated[str, Meta(min_length=1, max_length=128, pattern="^[^\x00-\x1f]*$")]
Text = Annotated[str, Meta(max_length=10_000)]
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Attribute = Text | Integer | float | bool | Annotated[list[Text], Meta(max_length=1_000)] | None
_MOST = 200


class UserCreatedEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is new, or is told of anew: their attributes become part of the profiles.

    Triggers may wait for it as `user.created`.
    """

    user_id: Annotated[UserIdText, Meta(examples=["u-1017"])]
    email: Text | None = None
    phone: Text | None = None
    push_token: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    locale: Text | None = None
    timezone: Text | None = None
    country: Text | None = None
    attributes: Annotated[dict[Name, Attribute], Meta(max_length=_MOST)] = {}

    def told(self) -> dict[str, Any]:
        """Every attribute that is told of, by name."""
        named = {name: value for name, value in structs.asdict(self).items() if value is not None}
        del named["attributes"], named["user_id"]
        return {**{name: value for name, value in self.attributes.items() if name != "user_id"}, **named}


class UserPreferencesUpdatedEvent(Struct, frozen=True, kw_only=True):
    """Somebody says by which channels they want to be written to, and about what.

    A channel that is refused is suppressed at once. The topics that are wanted become the attribute `topics`.
    """

    user_id: Annotated[UserIdText, Meta(examples=["u-1017"])]
    channels: dict[ChannelType, bool] = {}
    topics: Annotated[dict[Name, bool], Meta(max_length=_MOST)] | None = None


class UserDeletedEvent(Struct, frozen=True, kw_only=True):
    """Somebody is gone: they are forgotten everywhere within a minute."""

    user_id: Annotated[UserIdText, Meta(examples=["u-1017"])]


def arrivals_from(events: Sequence[Received[UserCreatedEvent]]) -> list[Command]:
    """First the profiles, then the triggers that look at them; one of each for every tenant."""
    found: list[Command] = []
    for of_tenant in _by_tenant(events):
        changes = [ProfileChange(user_id=UserId(e.body.user_id), attributes=e.body.told(), at=e.at) for e in of_tenant]
        found.append(ChangeProfiles(caller=of_tenant[0].caller, changes=tuple(changes)))
        found.append(TakeEvents(caller=of_tenant[0].caller, events=tuple(map(_outside, of_tenant))))
    return found


def preferences_from(events: Sequence[Received[UserPreferencesUpdatedEvent]]) -> list[Command]:
    found: list[Command] = []
    for of_tenant in _by_tenant(events):
        said = tuple(preference for event in of_tenant for preference in _said(event))
        if said:
            found.append(SetPreferences(caller=of_tenant[0].caller, preferences=said))
        topics = tuple(_topics(event) for event in of_tenant if event.body.topics is not None)
        if topics:
            found.append(ChangeProfiles(caller=of_tenant[0].caller, changes=topics))
    return found


def erasures_from(events: Sequence[Received[UserDeletedEvent]]) -> list[Command]:
    """A repeated one begins the same erasure anew, and finds nobody."""
    return [ErasePerson(caller=event.caller, user_id=UserId(event.body.user_id)) for event in events]


def _said(event: Received[UserPreferencesUpdatedEvent]) -> list[Preference]:
    user_id, channels = UserId(event.body.user_id), event.body.channels
    return [Preference(user_id=user_id, channel=c, allowed=allowed, at=event.at) for c, allowed in channels.items()]


def _topics(event: Received[UserPreferencesUpdatedEvent]) -> ProfileChange:
    wanted = sorted(topic for topic, is_wanted in (event.body.topics or {}).items() if is_wanted)
    return ProfileChange(user_id=UserId(event.body.user_id), attributes={"topics": wanted}, at=event.at)


def _outside(event: Received[UserCreatedEvent]) -> ReportedEvent:
    return ReportedEvent(
        event_id=f"user.created:{event.consumed.key}",
        event_type="user.created",
        user_id=UserId(event.body.user_id),
        at=event.at,
        data={name: value for name, value in event.body.told().items() if isinstance(value, str | int | float | bool)},
    )


def _by_tenant(events: Sequence[Received[Any]]) -> list[list[Received[Any]]]:
    found: dict[str, list[Received[Any]]] = {}
    for event in events:
        found.setdefault(event.consumed.tenant_id, []).append(event)
    return list(found.values())
