"""What a refusal means: for good, for now, or for all of us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.refusals import (
    FOR_GOOD,
    FOR_NOW,
    GREYLISTED,
    HTTP,
    MAILBOX_FULL,
    REFUSES_US,
    SERVICE_HTTP,
    SMTP_BY_STATUS,
    TOO_MUCH,
    Refusal,
    http_refusal,
    is_hard_bounce,
    smtp_refusal,
)


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        (550, "5.1.1 no such user", FOR_GOOD),
        (550, "no such user", FOR_GOOD),
        (550, "5.7.1 message refused by policy", FOR_GOOD),
        (554, "5.7.26 unauthenticated mail", FOR_GOOD),
        (535, "5.7.8 authentication failed", FOR_GOOD),
        (552, "5.2.2 mailbox full", MAILBOX_FULL),
        (552, "quota exceeded", MAILBOX_FULL),
        (452, "4.2.2 over quota", MAILBOX_FULL),
        (451, "4.2.1 mailbox busy", FOR_NOW),
        (450, "mailbox busy", FOR_NOW),
        (451, "4.7.1 try again later", GREYLISTED),
        (450, "4.2.0 <a@b.example>: Recipient address rejected: Greylisted", GREYLISTED),
        (421, "4.7.28 unusual rate of mail", TOO_MUCH),
        (421, "closing", TOO_MUCH),
        (452, "too many recipients", TOO_MUCH),
        (451, "4.7.26 no SPF", FOR_GOOD),
        (550, "see http://greylisting.example", FOR_GOOD),
    ],
)
def test_a_mail_servers_reply_means(code: int, text: str, meaning: Refusal) -> None:
    assert smtp_refusal(code, text) == meaning


@given(st.integers(400, 599), st.text(st.characters(max_codepoint=127)))
def test_without_a_word_in_the_tables_the_first_digit_decides(code: int, text: str) -> None:
    meaning = smtp_refusal(code, text)
    if meaning in (FOR_NOW, FOR_GOOD) and not any(status in text for status in SMTP_BY_STATUS):
        assert meaning.lasting == (code >= 500)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *((status, FOR_GOOD) for status in (301, 400, 401, 404, 410, 422, 501, 505)),
        *((status, FOR_NOW) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_an_http_status_means(status: int, meaning: Refusal) -> None:
    assert http_refusal(status, HTTP, None) == meaning


@pytest.mark.parametrize("status", [401, 403])
def test_a_configured_service_that_refuses_our_credentials_refuses_all_of_us(status: int) -> None:
    assert http_refusal(status, SERVICE_HTTP, None) == REFUSES_US


def test_whoever_says_when_to_come_back_speaks_of_all() -> None:
    assert http_refusal(429, HTTP, 17) == Refusal(wait=17, of_all=True)
    assert http_refusal(503, HTTP, 0) == Refusal(wait=0, of_all=True)
    assert http_refusal(404, HTTP, 17) == FOR_GOOD


@pytest.mark.parametrize(
    ("reason", "hard"),
    [
        ("smtp; 550 5.1.1 user unknown", True),
        ("552 5.2.2 mailbox full", False),
        ("4.4.7 delivery time expired", False),
        ("421 try later", False),
        ("5.7.1", True),
        ("bounced", True),
        ("order 5501 was refused", True),
        (None, True),
        ("", True),
    ],
)
def test_a_bounce_is_as_hard_as_the_same_words_at_the_hand_over(reason: str | None, *, hard: bool) -> None:
    assert is_hard_bounce(reason) == hard
