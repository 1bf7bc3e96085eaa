"""What can be a name, and when two names are one."""

import pytest

from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.names import name_breaches, name_key


@pytest.mark.parametrize("name", ["a", "a" * 255, "  a  "])
def test_a_name_says_something_and_is_not_too_long(name: str) -> None:
    assert list(name_breaches(name)) == []


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "\u00a0"])
def test_a_blank_name_is_none(name: str) -> None:
    assert list(name_breaches(name)) == [Violation("/name", "must not be blank")]


def test_a_name_is_bounded_where_it_stands() -> None:
    assert list(name_breaches("a" * 101, "/variants/0/name", 100)) == [
        Violation("/variants/0/name", "must have at most 100 characters")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Spring", " sPRING"), ("Straße", "STRASSE"), ("ﬁn", "FIN"), ("é", "e\u0301"), ("a", "\uff21")],
)
def test_what_people_read_as_one_name_is_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_what_people_read_as_two_names_is_two() -> None:
    assert name_key("a") != name_key("b")
