"""Which written addresses are one."""

import pytest

from campaigns.domain.audience.addresses import same_address


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("email", " Anna@Acme.example ", "anna@acme.example"),
        ("phone", "+49 (170) 12-34", "00491701234"),
        ("phone", "+491701234", "49 170 1234"),
        ("push_token", " abc ", "abc"),
    ],
)
def test_spelling_does_not_make_another_address(attribute: str, one: str, other: str) -> None:
    assert same_address(attribute, one) == same_address(attribute, other) != ""


@pytest.mark.parametrize(
    ("attribute", "one", "other"),
    [
        ("email", "anna@acme.example", "anna+1@acme.example"),
        ("email", "ä@acme.example", "Ä@acme.example"),
        ("phone", "+49170", "0170"),
        ("push_token", "abc", "ABC"),
    ],
)
def test_what_may_reach_somebody_else_stays_apart(attribute: str, one: str, other: str) -> None:
    assert same_address(attribute, one) != same_address(attribute, other)


@pytest.mark.parametrize(
    ("attribute", "written"), [("email", "  "), ("phone", "--"), ("phone", "00"), ("push_token", "")]
)
def test_nothing_is_no_address(attribute: str, written: str) -> None:
    assert same_address(attribute, written) == ""
