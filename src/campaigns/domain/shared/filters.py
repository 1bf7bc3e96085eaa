"""Filters: ordered steps, or the usual ones under their usual names.

The usual ones ask attributes of the profile: `device` (text), `push_streams` and `products` (lists of texts),
`monthly_active` (boolean). A person without the attribute does not pass.
"""

from typing import Any

from msgspec import Struct

from campaigns.domain.shared.written_criteria import WrittenCriteria

DEVICE, STREAMS, ACTIVE, PRODUCTS = "device", "push_streams", "monthly_active", "products"


class FilterStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One ordered filter: who is meant, and whether exactly they are kept or removed.

    Meant are the people with a row in any dataset of `listed_in` (a row for which `criteria` holds, when given);
    without `listed_in` those whose own profile meets `criteria`.
    """

    name: str
    listed_in: tuple[str, ...] = ()
    criteria: WrittenCriteria | None = None
    keep: bool = True


class FilterChain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Blacklists first, each by its table, then who has one of the devices, streams and products, and is active."""

    blacklist_tables: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    push_streams: tuple[str, ...] = ()
    mau_only: bool = False
    products: tuple[str, ...] = ()

    def steps(self) -> tuple[FilterStep, ...]:
        """One for each table, and one for each filter that is used."""
        listed = [FilterStep(name=f"blacklist:{one}", listed_in=(one,), keep=False) for one in self.blacklist_tables]
        asked = [
            FilterStep(name=name, criteria=criteria)
            for name, used, criteria in (
                ("device", self.devices, {"field": DEVICE, "operator": "in", "value": list(self.devices)}),
                ("push", self.push_streams, _one_of(STREAMS, self.push_streams)),
                ("monthly_active", self.mau_only, {"field": ACTIVE, "operator": "equals", "value": True}),
                ("product", self.products, _one_of(PRODUCTS, self.products)),
            )
            if used
        ]
        return (*listed, *asked)


def _one_of(field: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {"any": [{"field": field, "operator": "contains", "value": value} for value in values]}
