"""What the webhooks of all providers come to."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from campaigns.application.analytics.commands.take_webhook import GarbledPostError, Told, Unreadable
from campaigns.application.analytics.feedback import FeedbackReport
from campaigns.application.analytics.ports import FactDetail, FactName
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.domain.delivery.messages import parse_message_id
from campaigns.domain.delivery.provider_bounces import Failing

MARK = "campaign_message"
"""Under this name each mail carries our message id to the provider, which gives it back with every event."""

_OUR_MESSAGE_ID = re.compile(r"<?([0-9]{1,10}-[0-9]{1,10})\.[0-9a-f]{32}@")
_LARGEST = 2**31 - 1
_LONGEST_TEXT, _LONGEST_ID, _LONGEST_BOT = 2_000, 200, 50

_FAILED: Mapping[Failing, tuple[FactName, bool | None]] = {
    Failing.HARD: (FactName.BOUNCED, True),
    Failing.SOFT: (FactName.BOUNCED, False),
    Failing.COMPLAINED: (FactName.COMPLAINED, None),
    Failing.UNSUBSCRIBED: (FactName.UNSUBSCRIBED, None),
    Failing.REPLIED: (FactName.REPLIED, None),
}


class Heard(Struct, frozen=True, kw_only=True):
    """One event about one mail. `marks` are the texts in which our message id may be found, the best one first."""

    id: str
    marks: Sequence[str | None]
    name: FactName
    at: datetime
    hard: bool | None = None
    reason: str | None = None
    url: str | None = None
    user_agent: str | None = None
    bot: str | None = None


def heard_failing(
    failing: Failing, *, event_id: str, marks: Sequence[str | None], at: datetime, reason: str | None
) -> Heard | None:
    """As a table has judged it; None when nothing has happened to anybody."""
    if failing not in _FAILED:
        return None
    name, hard = _FAILED[failing]
    return Heard(id=event_id, marks=marks, name=name, at=at, hard=hard, reason=reason)


def told(
    provider: str, events: Sequence[tuple[str, Any]], read: Callable[[Any], Heard | None], post: ConsumedEvent
) -> Told:
    """Each event alone, by its pointer: one that cannot be read keeps no other from being taken."""
    reports, unreadable, foreign = list[FeedbackReport](), list[Unreadable](), 0
    for pointer, event in events:
        try:
            heard = read(event)
        except (msgspec.ValidationError, GarbledPostError, ValueError, OverflowError) as error:
            unreadable.append(Unreadable(pointer=pointer, message=str(error)[:_LONGEST_TEXT]))
            continue
        report = _report(provider, heard, post) if heard else None
        foreign += report is None
        reports += [report] if report else []
    return Told(reports=reports, foreign=foreign, unreadable=unreadable)


def message_of(marks: Sequence[str | None]) -> tuple[int, int] | None:
    """Ours, from what was sent along or from our Message-ID; None when it is none of ours."""
    for mark in marks:
        found = _OUR_MESSAGE_ID.match(mark or "")
        message = parse_message_id(found[1] if found else mark or "")
        if message is not None and max(message) <= _LARGEST:
            return message
    return None


def _report(provider: str, heard: Heard, post: ConsumedEvent) -> FeedbackReport | None:
    message = message_of(heard.marks)
    if message is None:
        return None
    return FeedbackReport(
        event_id=_storable(heard.id, _LONGEST_ID) or "",
        execution_no=message[0],
        seq=message[1],
        name=heard.name,
        at=heard.at,
        detail=FactDetail(
            hard=heard.hard,
            reason=_storable(heard.reason, _LONGEST_TEXT),
            url=_storable(heard.url, _LONGEST_TEXT),
            user_agent=_storable(heard.user_agent, _LONGEST_TEXT),
            bot=_storable(heard.bot, _LONGEST_BOT) or None,
            provider=provider,
        ),
        consumed=post,
    )


def _storable(text: str | None, longest: int) -> str | None:
    """As a database takes it: receivers' words hold anything."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:longest]
