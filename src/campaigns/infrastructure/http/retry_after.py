"""When a service asks to be left alone (RFC 9110, 10.2.3): seconds, or an instant."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3_600.0
"""Whoever asks for more is asked again after this."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from now; None when nothing (readable) was said. Instants are compared with the service's own clock."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return min(LONGEST, float(value))
    until = _instant(value)
    if until is None:
        return None
    now = _instant(headers.get("date", "")) or datetime.now(UTC)
    return min(LONGEST, max(0.0, (until - now).total_seconds()))


def _instant(value: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(value)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
