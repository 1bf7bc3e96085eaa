"""What a provider's refusal means: for good, for now, or for all of us. The tables are the rule.

Mail: RFC 5321 (reply codes), RFC 3463 and its IANA registry (enhanced status codes), and what large receivers do.
HTTP: RFC 9110, 6585, and 8470.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

_ENHANCED = re.compile(r"\b([245])\.([0-9]{1,3})\.([0-9]{1,3})\b")
_CODE = re.compile(r"(?<![\w.])([45][0-9]{2})(?![\w.])")
_GREYLISTING = re.compile(r"gr[ea]y-?list", re.IGNORECASE)
_PERMANENT = 5


class Refusal(Struct, frozen=True, kw_only=True):
    """`lasting`: trying again is of no use. `wait`: seconds before which it is of no use. `of_all`: it is not about
    this message, the provider wants nothing of ours for now.
    """

    lasting: bool = False
    wait: float | None = None
    of_all: bool = False


FOR_NOW, FOR_GOOD = Refusal(), Refusal(lasting=True)
GREYLISTED = Refusal(wait=300)
MAILBOX_FULL = Refusal(wait=900)  # often emptied, seldom within seconds: a soft bounce although some say 5.2.2
TOO_MUCH = Refusal(wait=60)
REFUSES_US = Refusal(wait=60, of_all=True)

SMTP_BY_STATUS: Mapping[str, Refusal] = {
    "4.2.2": MAILBOX_FULL,
    "5.2.2": MAILBOX_FULL,
    "4.3.1": TOO_MUCH,  # the system is full
    "4.3.2": TOO_MUCH,  # the system takes nothing now
    "4.4.5": TOO_MUCH,  # congestion
    "4.7.1": GREYLISTED,
    "4.7.28": TOO_MUCH,  # unusual rate, by address, domain or network
    "5.4.5": Refusal(wait=900),  # the receiver's daily quota
    "4.7.26": FOR_GOOD,  # mail without SPF or DKIM: no try will bring these
}
"""Enhanced codes that mean something else than their first digit. 5.7.x (policy, spam, authentication) is for good."""

SMTP_BY_CODE: Mapping[int, Refusal] = {
    421: TOO_MUCH,  # closing the channel
    450: FOR_NOW,
    451: FOR_NOW,
    452: TOO_MUCH,  # no storage, or too many recipients
    455: FOR_NOW,
    552: MAILBOX_FULL,  # without an enhanced code it means storage
}

HTTP: Mapping[int, Refusal] = {
    408: FOR_NOW,
    409: FOR_NOW,  # the same idempotency key is being worked on
    423: FOR_NOW,
    425: FOR_NOW,
    429: FOR_NOW,
    501: FOR_GOOD,
    505: FOR_GOOD,
    508: FOR_GOOD,
    511: FOR_GOOD,
}
"""Statuses that mean something else than their hundreds: 5xx is for now, 3xx (nothing is followed) and 4xx for good."""

SERVICE_HTTP: Mapping[int, Refusal] = {**HTTP, 401: REFUSES_US, 403: REFUSES_US, 407: REFUSES_US}
"""Of a configured service: it is our credentials that are refused, not one message."""


def smtp_refusal(code: int, text: str) -> Refusal:
    """Of a reply to one message; `text` may begin with an enhanced status code."""
    enhanced = _ENHANCED.search(text)
    if code // 100 != _PERMANENT and _GREYLISTING.search(text):
        return GREYLISTED
    if enhanced is not None:
        usual = FOR_GOOD if code // 100 == _PERMANENT else FOR_NOW
        return SMTP_BY_STATUS.get(enhanced.group(), usual)
    return SMTP_BY_CODE.get(code, FOR_GOOD if code // 100 == _PERMANENT else FOR_NOW)


def http_refusal(status: int, table: Mapping[int, Refusal], retry_after: float | None) -> Refusal:
    """Of an answer that is no success. Whoever says when to come back speaks of everything, not of one message."""
    refusal = table.get(status, FOR_NOW if status // 100 == _PERMANENT else FOR_GOOD)
    if refusal.lasting or retry_after is None:
        return refusal
    return Refusal(wait=retry_after, of_all=True)


def is_hard_bounce(reason: str | None) -> bool:
    """Whether a bounce that was reported with these words is for good; unknown words are taken as that."""
    status = _ENHANCED.search(reason or "")
    code = _CODE.search(reason or "")
    if code is None and status is None:
        return True
    number = int(code.group()) if code else int(status.group(1)) * 100 if status else 0
    return smtp_refusal(number, reason or "").lasting
