"""Money: an exact decimal amount in one ISO 4217 currency. On the wire: {"amount": "12.34", "currency": "EUR"}."""

from decimal import Decimal

from msgspec import Struct

# ISO 4217 minor units that differ from two decimal places.
_NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_PLACES = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_FOUR_PLACES = frozenset("CLF UYW".split())
_TWO_PLACES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU
    UZS VED VES WST XCD XCG YER ZAR ZMW ZWG""".split()
)


LARGEST_EXPONENT = 14


class Money(Struct, frozen=True):
    """An amount and its currency. Values may be unusable; `problems` says so, so that a refusal can name them."""

    amount: Decimal
    currency: str

    def problems(self) -> tuple[str, ...]:
        """Every rule this value breaks, as sentences; empty when it is usable."""
        places = minor_units(self.currency)
        if places is None:
            return (f"{self.currency!r} is not an ISO 4217 currency code",)
        if not self.amount.is_finite():
            return ("the amount must be a finite number",)
        if self.amount.adjusted() > LARGEST_EXPONENT:
            return ("the amount must be below a thousand million million",)
        found: list[str] = []
        if self.amount < 0:
            found.append("the amount must not be negative")
        if self.amount != round(self.amount, places):
            found.append(f"{self.currency} amounts have at most {places} decimal places")
        return tuple(found)


def minor_units(currency: str) -> int | None:
    """Decimal places of a currency; None when the code is unknown."""
    for codes, places in ((_TWO_PLACES, 2), (_NO_MINOR_UNIT, 0), (_THREE_PLACES, 3), (_FOUR_PLACES, 4)):
        if currency in codes:
            return places
    return None


def written(amount: Decimal, currency: str) -> str:
    """With all decimal places of the currency; more only where the amount has more, for nothing is rounded away."""
    places = max(minor_units(currency) or 0, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{places}f}"
