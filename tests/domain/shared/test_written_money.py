"""Money on the wire: every place of its currency, and nothing rounded away."""

from decimal import Decimal

import pytest

from campaigns.domain.shared.money import written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("53349.8", "USD", "53349.80"),
        ("0", "EUR", "0.00"),
        ("100", "JPY", "100"),
        ("1E+3", "JPY", "1000"),
        ("5", "KWD", "5.000"),
        ("3.3330", "EUR", "3.333"),
        ("12345678901234567.89", "EUR", "12345678901234567.89"),
    ],
)
def test_an_amount_has_all_places_of_its_currency(amount: str, currency: str, text: str) -> None:
    assert written(Decimal(amount), currency) == text
