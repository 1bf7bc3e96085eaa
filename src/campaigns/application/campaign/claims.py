"""Which set-wide keys a campaign holds, by its state."""

from unicodedata import normalize

from msgspec import Struct

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.values import Status

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


def name_key(name: str) -> str:
    """Two names with the same key are the same name to people."""
    return normalize("NFKC", normalize("NFKC", name.strip()).casefold())
