"""Names that people give: of campaigns, variants, segments, templates, tenants and API keys."""

from collections.abc import Iterator
from unicodedata import normalize

from campaigns.domain.shared.errors import Violation

LONGEST_NAME = 255


def name_breaches(name: str, pointer: str = "/name", longest: int = LONGEST_NAME) -> Iterator[Violation]:
    """What keeps a text from being a name."""
    if not name.strip():
        yield Violation(pointer, "must not be blank")
    if len(name) > longest:
        yield Violation(pointer, f"must have at most {longest} characters")


def name_key(name: str) -> str:
    """Two names with the same key are the same name to people."""
    return normalize("NFKC", normalize("NFKC", name.strip()).casefold())
