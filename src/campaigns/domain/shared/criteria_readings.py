"""How a text is read as a number, an instant or a duration: strictly, so that every engine reads it alike."""

import re
from datetime import UTC, datetime, timedelta

DECIMAL = r"-?[0-9]{1,15}([.][0-9]{1,15})?"
INSTANT = (
    r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?"
)
_DECIMAL, _INSTANT = re.compile(DECIMAL), re.compile(INSTANT)
_DURATION = re.compile(r"P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?")
_SHORTHAND = re.compile(r"(\d{1,5})([wdhms])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def decimal(text: str) -> float | None:
    """The number a plain decimal stands for; None for any other text."""
    return float(text) if _DECIMAL.fullmatch(text) else None


def instant(text: str) -> datetime | None:
    """The instant an RFC 3339 text or a date stands for, in UTC; None for any other text. Without an offset: UTC."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:  # the shape is right, the calendar says no: 30 February
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def duration(text: str) -> timedelta | None:
    """ISO 8601 (`P30D`, `PT12H`) or shorthand (`30d`, `12h`); None for any other text and for nothing at all."""
    if short := _SHORTHAND.fullmatch(text):
        return timedelta(**{_UNITS[short[2]]: int(short[1])}) or None
    if not (long := _DURATION.fullmatch(text)):
        return None
    amounts = (int(amount or 0) for amount in long.groups())
    return timedelta(**dict(zip(_UNITS.values(), amounts, strict=True))) or None
