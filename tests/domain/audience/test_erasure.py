"""What may stay of what is told about a person."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.audience.erasure import Forgotten, kept_detail, pseudonym, traces_of, without_people
from campaigns.domain.shared.ids import UserId

ANN = Forgotten(
    user_id=UserId("u1"), pseudonym="erased:1", traces=frozenset({"ann@people.example"}), values=frozenset()
)

TEXTS = st.text(max_size=5) | st.sampled_from(["u1", "ann@people.example", "to ann@people.example", "name"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["user_id", "user_ids", "name", "field", "value", "people"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def test_a_pseudonym_takes_the_place_of_the_id_wherever_ids_stand() -> None:
    told = {"audience": {"include": [{"user_ids": ["u0", "u1"]}], "excluded_users": ["u1"]}, "name": "u1"}
    assert without_people(told, [ANN]) == {
        "audience": {"include": [{"user_ids": ["u0", "erased:1"]}], "excluded_users": ["erased:1"]},
        "name": "u1",
    }


def test_criteria_about_one_person_name_nobody_any_more() -> None:
    asked = {"any": [{"field": "user_id", "operator": "in", "value": ["u1", "u2"]}, {"field": "x", "value": "u1"}]}
    one, other = without_people(asked, [ANN])["any"]
    assert (one["value"], other["value"]) == (["erased:1", "u2"], "u1")


def test_news_of_a_message_tells_neither_browser_nor_words_of_a_provider() -> None:
    told = {
        "user_id": "u1",
        "user_agent": "Firefox",
        "reason": "550 no such box",
        "link_url": "https://x",
        "variant": 0,
    }
    assert without_people(told, [ANN]) == {
        "user_id": "erased:1",
        "user_agent": None,
        "reason": None,
        "link_url": None,
        "variant": 0,
    }


@given(DOCUMENTS)
def test_no_address_is_left_and_doing_it_twice_changes_nothing(document: Any) -> None:
    once = without_people(document, [ANN])
    assert "ann@people.example" not in str(once)
    assert without_people(once, [ANN]) == once


@given(DOCUMENTS)
def test_documents_about_others_stay_as_they_are(document: Any) -> None:
    other = Forgotten(user_id=UserId("somebody else"), pseudonym="erased:2")
    assert without_people(document, [other]) == document


@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        ({"hard": True, "reason": "mailbox of ann is full"}, {"hard": True}),
        ({"reason": "frequency_cap"}, {"reason": "frequency_cap"}),
        (
            {"amount": "12.50", "currency": "EUR", "weight": 10_000},
            {"amount": "12.50", "currency": "EUR", "weight": 10_000},
        ),
        ({"link": 3, "user_agent": "Firefox", "ip": "192.0.2.1"}, {"link": 3}),
        ({"said": ["anything"], "more": {"of": "it"}}, {}),
    ],
)
def test_of_a_fact_numbers_and_words_of_closed_lists_stay(detail: dict[str, Any], kept: dict[str, Any]) -> None:
    assert kept_detail(detail) == kept


def test_a_short_text_leads_to_nobody() -> None:
    assert traces_of(["DE", "ann@people.example", 7, None]) == {"ann@people.example"}


def test_a_pseudonym_is_the_erasures() -> None:
    assert pseudonym(UUID(int=1)) == "erased:00000000-0000-0000-0000-000000000001"
