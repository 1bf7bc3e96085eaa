"""What does not fit its type is said in words that somebody who knows no Python understands."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, Struct

from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.misfits import misfit


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Wheel(Struct, forbid_unknown_fields=True):
    colour: Colour
    spokes: Annotated[int, Meta(ge=1, lt=40)] = 1


class Car(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)] = "x"
    wheels: list[Wheel] = []
    tags: Annotated[tuple[str, ...], Meta(max_length=2)] = ()
    since: Annotated[datetime, Meta(tz=True)] | None = None
    price: Decimal | None = None
    id: UUID | None = None
    gear: Literal["manual", "automatic"] | None = None
    parts: dict[str, Wheel] = {}
    seats: Annotated[tuple[str, ...], Meta(min_length=1)] = ("driver",)


@pytest.mark.parametrize(
    ("document", "pointer", "message"),
    [
        ({"name": 5}, "/name", "must be a text, not a whole number"),
        ({"name": ""}, "/name", "must have at least 1 character"),
        ({"name": "sixsix"}, "/name", "must have at most 5 characters"),
        ({"tags": ["a", "b", "c"]}, "/tags", "must have at most 2 entries"),
        ({"seats": []}, "/seats", "must have at least 1 entry"),
        ({"wheels": [{"colour": "red"}, {"colour": "green"}]}, "/wheels/1/colour", "must be one of blue, red"),
        ({"wheels": [{"colour": "red", "spokes": 0}]}, "/wheels/0/spokes", "must be at least 1"),
        ({"wheels": [{"colour": "red", "spokes": 99}]}, "/wheels/0/spokes", "must be at most 39"),
        ({"wheels": [{"spokes": 1}]}, "/wheels/0/colour", "is missing"),
        ({"wheels": [{"colour": "red", "size": 1}]}, "/wheels/0/size", "is not a field here"),
        ({"parts": {"spare": {"colour": "green"}}}, "/parts/*/colour", "must be one of blue, red"),
        ({"gear": "stick"}, "/gear", "must be one of automatic, manual"),
        ({"since": "yesterday"}, "/since", "must be an instant, as in 2027-01-01T09:00:00+01:00"),
        ({"since": "2027-01-01T09:00:00"}, "/since", "must have an offset, or Z for UTC"),
        ({"since": True}, "/since", "must be an instant (RFC 3339) or null, not true or false"),
        ({"price": "much"}, "/price", 'must be a decimal number, as in "12.34"'),
        ({"id": "me"}, "/id", "must be a UUID"),
        ({"horn": 1}, "/horn", "is not a field here"),
    ],
)
def test_a_misfit_is_named_with_its_rule(document: dict[str, Any], pointer: str, message: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(document, Car)
    assert misfit(raised.value, Car) == Violation(pointer, message)


def test_without_its_type_a_choice_is_not_named_and_what_is_not_known_stays_as_it_was_said() -> None:
    assert misfit("Invalid enum value 'green' - at `$.colour`") == Violation("/colour", "is none of the known values")
    assert misfit("Something `new` is wrong", pointer="/a") == Violation("/a", "Something new is wrong")
