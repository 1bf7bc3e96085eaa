"""What the owner of user accounts tells: somebody is there, wants something else, is gone."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from campaigns.application.audience.commands.erase_person import ErasePerson
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.nats.received import Received

UserIdText = Annotated[str, Meta(min_length=1, max_length=255, pattern="^[^\x00]*$")]


class UserDeletedEvent(Struct, frozen=True, kw_only=True):
    """Somebody is gone: they are forgotten everywhere within a minute."""

    user_id: Annotated[UserIdText, Meta(examples=["u-1017"])]


def erasures_from(events: Sequence[Received[UserDeletedEvent]]) -> list[ErasePerson]:
    """A repeated one begins the same erasure anew, and finds nobody."""
    return [ErasePerson(caller=event.caller, user_id=UserId(event.body.user_id)) for event in events]
