"""Numbers as people read them."""

from collections.abc import Mapping
from decimal import Decimal

from campaigns.domain.shared.money import written

NOTHING = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_SMALL = 0.001
_LEAST_PERCENT = 0.01


def count(number: int) -> str:
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """In percent, with as many places as a small share needs; a dash of nothing."""
    if not whole:
        return NOTHING
    percent = 100 * part / whole
    if 0 < percent < _LEAST_PERCENT:
        return "< 0.01 %"
    return f"{percent:.1f} %" if percent >= 1 or not part else f"{percent:.2f} %"


def rate(value: float) -> str:
    return f"{100 * value:.2f} %"


def points(value: float | None) -> str:
    """A difference of rates; a limit that is not there is unbounded."""
    return "no limit" if value is None else f"{100 * value:+.2f}".replace("-", _MINUS)


def amount(value: float) -> str:
    """Of money a person, in whatever currency it is: two places, up to four where less than one has them."""
    if abs(value) >= 1 or not value:
        return f"{value:,.2f}"
    whole, places = f"{value:.4f}".split(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def signed_amount(value: float | None) -> str:
    """A difference of amounts; a limit that is not there is unbounded."""
    return "no limit" if value is None else f"{'+' if value >= 0 else _MINUS}{amount(abs(value))}"


def probability(value: float) -> str:
    """In percent; nothing is certain."""
    if value < _SMALL:
        return "< 0.1 %"
    return "> 99.9 %" if value > 1 - _SMALL else f"{100 * value:.1f} %"


def p_value(value: float) -> str:
    """Small ones by their size."""
    return f"{value:.1e}" if 0 < value < _SMALL else f"{value:.3f}"


def money(amounts: Mapping[str, Decimal]) -> str:
    """Every currency by itself: they are never added."""
    shown = (f"{Decimal(written(amounts[code], code)):,}\N{NO-BREAK SPACE}{code}" for code in sorted(amounts))
    return ", ".join(shown) or NOTHING
