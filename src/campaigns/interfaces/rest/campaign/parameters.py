"""Reading what a list of campaigns is asked for, and as of when a campaign is asked for."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar, get_args

from litestar.params import QueryParameter

from campaigns.application.campaign.ports import CampaignFilter, SortField
from campaigns.domain.campaign.values import CampaignType, Mode, Status
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.campaign.schemas import AsOf
from campaigns.interfaces.rest.refusals import MalformedError

Several = Annotated[
    list[str] | None, QueryParameter(max_items=50, description="Repeat it, or separate values by commas; any may hold")
]
Sort = Annotated[
    str,
    QueryParameter(
        pattern=r"^-?(created_at|updated_at|name|start_date|status)$", description="A leading - sorts descending"
    ),
]
AsOfText = Annotated[
    str | None,
    QueryParameter(
        name="as_of", max_length=64, description="A version, or an RFC 3339 instant with an offset: time travel"
    ),
]
Word = TypeVar("Word", bound=StrEnum)
_LARGEST_VERSION = 2**31 - 1


def filter_of(
    *,
    status: Several,
    kinds: Several,
    mode: Several,
    channel: Several,
    tag: Several,
    search: str | None,
    created_by: str | None,
) -> CampaignFilter:
    """MalformedError names the parameter that holds a word which is none of the known ones."""
    return CampaignFilter(
        statuses=_words("status", status, Status),
        types=_words("type", kinds, CampaignType),
        modes=_words("mode", mode, Mode),
        channels=_words("channel", channel, ChannelType),
        tags=tuple(tag or ()),
        created_by=created_by,
        search=search,
    )


def sort_of(sort: str) -> tuple[SortField, bool]:
    """The column, and whether it descends."""
    column = sort.removeprefix("-")
    known: tuple[SortField, ...] = get_args(SortField)
    return next(name for name in known if name == column), sort.startswith("-")


def as_of(text: str | None) -> AsOf:
    """A version or an instant; MalformedError otherwise."""
    if text is None:
        return AsOf()
    if text.isascii() and text.isdigit() and 0 < int(text[:10]) <= _LARGEST_VERSION:
        return AsOf(version=int(text[:10]))
    try:
        instant = datetime.fromisoformat(text.replace(" ", "+"))  # a bare + in a query means a space
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        rule = "must be a version, or an RFC 3339 instant with an offset"
        raise MalformedError("A parameter cannot be read", (Violation("/as_of", rule),))
    return AsOf(instant=instant)


def _words(name: str, given: Sequence[str] | None, kind: type[Word]) -> tuple[Word, ...]:
    words = [word.strip() for text in given or () for word in text.split(",")]
    unknown = [word for word in words if word not in set(kind)]
    if unknown:
        rule = f"must be one of {', '.join(kind)}"
        raise MalformedError("A parameter cannot be read", (Violation(f"/{name}", rule),))
    return tuple(kind(word) for word in words)
