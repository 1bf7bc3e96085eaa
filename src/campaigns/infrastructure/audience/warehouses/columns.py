"""Which columns of a table can be asked about."""

from collections.abc import Iterable

from campaigns.infrastructure.audience.datasets import ALWAYS_TEXT, Kind


def readable(found: Iterable[tuple[str, Kind | None]]) -> dict[str, Kind]:
    """Those of a kind that we know (None: of another); some are read as text, whatever they are."""
    return {column: Kind.TEXT if column in ALWAYS_TEXT else kind for column, kind in found if kind is not None}
