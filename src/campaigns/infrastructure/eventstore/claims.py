"""Set-wide rules: keys that are taken and given back in the transaction of the events."""

from collections.abc import Mapping

from msgspec import Struct, field

Key = tuple[str, str]
"""A kind of claim (`campaign_name`, `running_campaign`) and the key within it, unique for each tenant."""


class Claims(Struct, frozen=True, kw_only=True):
    """What these events take and release on behalf of their aggregate; taking what one holds already is no conflict.

    `limits` names kinds of which the tenant may hold at most so many keys once these events are recorded.
    """

    take: tuple[Key, ...] = ()
    release: tuple[Key, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
