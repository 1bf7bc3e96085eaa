"""Which set-wide keys a campaign holds, by its state."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from campaigns.application.campaign.errors import NameTakenError
from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.values import Status
from campaigns.domain.shared.errors import DomainError, LimitError, Violation
from campaigns.domain.shared.names import name_key

NAME, RUNNING = "campaign_name", "running_campaign"
Key = tuple[str, str]


class Claimed(Struct, frozen=True):
    """What changes with a decision: kinds and keys to take and to give back."""

    take: tuple[Key, ...]
    release: tuple[Key, ...]


def held(campaign: Campaign | None) -> frozenset[Key]:
    """Its name while it is not deleted; a slot while it is running (sending), not while it is paused."""
    if campaign is None or campaign.deleted:
        return frozenset()
    running = {(RUNNING, str(campaign.id))} if campaign.status is Status.RUNNING else set[Key]()
    return frozenset({(NAME, name_key(campaign.definition.name))} | running)


def claimed(before: Campaign | None, after: Campaign) -> Claimed:
    had, has = held(before), held(after)
    return Claimed(take=tuple(sorted(has - had)), release=tuple(sorted(had - has)))


def name_taken(_: ClaimTakenError | ClaimLimitError) -> DomainError:
    return NameTakenError("Another campaign of this tenant has this name", (Violation("/name", "is taken"),))


def too_many_running(refusal: ClaimTakenError | ClaimLimitError) -> DomainError:
    most = refusal.limit if isinstance(refusal, ClaimLimitError) else 0
    return LimitError(
        f"At most {most} campaigns run at the same time", (Violation("", f"at most {most} campaigns run at once"),)
    )


CLAIM_REFUSALS: Mapping[str, Callable[[ClaimTakenError | ClaimLimitError], DomainError]] = {
    NAME: name_taken,
    RUNNING: too_many_running,
}
