"""Forgetting a person: what takes the place of their id, and what may stay of what is told about them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from campaigns.domain.shared.ids import UserId
from campaigns.domain.shared.skip_reasons import SkipReason

LOOKS = 2
BETWEEN_LOOKS = timedelta(seconds=20)
"""Everything is looked through twice: what was on its way at the first look has arrived by the second."""

ERASED = "erased"
_NAMING = frozenset({"user_id", "user_ids", "excluded_users", "people"})
_KEPT_TEXTS = frozenset({"amount", "bot", "currency", "event_type", "method", "provider", "purpose", "revenue"})
_KEPT_REASONS = frozenset(reason.wire_name for reason in SkipReason)
_SHORTEST_TRACE = 4


class Forgotten(Struct, frozen=True, kw_only=True):
    """Somebody to be erased. `traces` are texts that lead to them and to nobody else: addresses, telephone numbers.

    `values` are all their texts: looked for only where somebody's whole message may stand.
    """

    user_id: UserId
    pseudonym: str
    traces: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()

    def is_in(self, text: str) -> bool:
        return text == self.user_id or any(trace in text for trace in self.traces)


def pseudonym(erasure_id: UUID) -> str:
    """Says that there was somebody, not who; all that is kept of one person stands under one pseudonym."""
    return f"erased:{erasure_id}"


def traces_of(attributes: Iterable[object]) -> frozenset[str]:
    """Texts long enough to be found by."""
    return frozenset(text for text in attributes if isinstance(text, str) and len(text) >= _SHORTEST_TRACE)


def without_people(document: Any, people: Iterable[Forgotten]) -> Any:
    """The same JSON with a pseudonym wherever one of them is named, and nothing that leads to them."""
    return _rewritten(document, tuple(people), naming=False)


def _rewritten(value: Any, people: tuple[Forgotten, ...], *, naming: bool) -> Any:
    match value:
        case dict():
            told = {key: _rewritten(each, people, naming=_names(key, value, naming)) for key, each in value.items()}
            return _impersonal(told) if _is_about(value, people) else told
        case list():
            return [_rewritten(each, people, naming=naming) for each in value]
        case str():
            return _unnamed(value, people, naming=naming)
    return value


def _names(key: str, within: Mapping[str, Any], naming: bool) -> bool:  # noqa: FBT001
    """Whether texts below this key are user ids; criteria name their field beside the value."""
    return naming or key in _NAMING or (key == "value" and within.get("field") == "user_id")


def _is_about(told: Mapping[str, Any], people: tuple[Forgotten, ...]) -> bool:
    return any(told.get("user_id") == one.user_id for one in people)


def _impersonal(told: dict[str, Any]) -> dict[str, Any]:
    """News about one message: how it was opened, and in what words it failed, goes."""
    personal = {"user_agent": None, "link_url": None, "reason": kept_reason(told.get("reason"))}
    return told | {key: value for key, value in personal.items() if key in told}


def _unnamed(text: str, people: tuple[Forgotten, ...], *, naming: bool) -> str:
    for one in people:
        if naming and text == one.user_id:
            return one.pseudonym
        if any(trace in text for trace in one.traces):
            return ERASED
    return text


def kept_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What of a fact's detail counts and says nothing of a person: numbers, and texts of closed lists."""
    plain = {key: value for key, value in detail.items() if not isinstance(value, str | list | dict)}
    kept = plain | {key: value for key, value in detail.items() if key in _KEPT_TEXTS}
    reason = kept_reason(detail.get("reason"))
    return kept | ({"reason": reason} if reason else {})


def kept_reason(reason: object) -> str | None:
    return reason if isinstance(reason, str) and reason in _KEPT_REASONS else None
