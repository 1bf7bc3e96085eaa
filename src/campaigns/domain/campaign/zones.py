"""Time zones by their IANA names."""

from functools import lru_cache
from zoneinfo import available_timezones


def is_zone(name: str) -> bool:
    """Whether the IANA database knows this zone."""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
