"""Tracking tokens."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.analytics.tokens import Touch, TouchKind, TrackingKeys, TrackingTokens

KEYS = TrackingKeys(current=7, secrets={7: b"k" * 32, 3: b"o" * 32})
TOKENS = TrackingTokens(KEYS)
CHARACTERS = string.ascii_letters + string.digits + "-_"
TOUCHES = st.builds(
    Touch,
    st.integers(0, 2**31 - 1),
    st.integers(-(2**31), 2**31 - 1),
    st.sampled_from(TouchKind),
    st.integers(0, 65_535),
)


@given(TOUCHES)
def test_a_token_says_what_was_signed(touch: Touch) -> None:
    token = TOKENS.sign(touch.execution_no, touch.seq, touch.kind, touch.link)
    assert len(token) == 32
    assert set(token) <= set(CHARACTERS)
    assert TOKENS.read(token) == touch


@given(TOUCHES, st.integers(0, 31), st.sampled_from(CHARACTERS))
def test_a_changed_character_makes_it_nothing(touch: Touch, place: int, character: str) -> None:
    token = TOKENS.sign(touch.execution_no, touch.seq, touch.kind, touch.link)
    changed = token[:place] + character + token[place + 1 :]
    assert TOKENS.read(changed) == (touch if changed == token else None)


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert TOKENS.read(text) is None


@pytest.mark.parametrize(
    "text", ["", "=" * 32, "+" * 32, "/" * 32, "A" * 31 + "=", "!" + "A" * 31, "!!!!" + "A" * 28, "é" * 32, "A" * 33]
)
def test_what_is_no_base64_of_24_bytes_is_no_token(text: str) -> None:
    assert TOKENS.read(text) is None


def test_a_former_key_still_verifies_and_a_forgotten_one_does_not() -> None:
    former = TrackingTokens(TrackingKeys(current=3, secrets={3: b"o" * 32}))
    token = former.sign(1, 2, TouchKind.OPEN)
    assert TOKENS.read(token) == Touch(1, 2, TouchKind.OPEN)
    assert TrackingTokens(TrackingKeys(current=7, secrets={7: b"k" * 32})).read(token) is None


@given(st.binary(min_size=1, max_size=200))
def test_a_key_of_any_length_signs_what_it_verifies(secret: bytes) -> None:
    touch = Touch(7, 8, TouchKind.CLICK, 9)
    tokens = TrackingTokens(TrackingKeys(current=1, secrets={1: secret}))
    assert tokens.read(tokens.sign(7, 8, TouchKind.CLICK, 9)) == touch
