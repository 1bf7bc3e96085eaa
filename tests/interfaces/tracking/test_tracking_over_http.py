"""The tracking addresses of the real service."""

from collections.abc import Iterator

import httpx
import pytest
from tests.support.ledgers import EXECUTION_NUMBERS
from tests.support.recipients import TARGET, Recipient
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import PATIENCE

from campaigns.domain.analytics.tokens import TouchKind

AGENT = {"user-agent": "Thunderbird/128"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def recipient(service: RunningService, tenant: Tenant) -> Recipient:
    return Recipient(service, tenant, next(EXECUTION_NUMBERS))


@pytest.fixture
def client(service: RunningService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=PATIENCE, headers=AGENT) as client:
        yield client


def test_an_open_is_a_tiny_picture_and_a_fact(client: httpx.Client, recipient: Recipient) -> None:
    answer = client.get(recipient.path(TouchKind.OPEN))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert "no-store" in answer.headers["cache-control"]
    ((seq, kind, detail),) = recipient.facts(1)
    assert (seq, kind, detail["user_agent"]) == (1, 20, "Thunderbird/128")
    assert "127.0.0.1" not in str(detail)


def test_a_click_leads_to_the_stored_link_whatever_the_client_says(client: httpx.Client, recipient: Recipient) -> None:
    answer = client.get(recipient.path(TouchKind.CLICK) + "?url=https://evil.example")
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    ((_, kind, detail),) = recipient.facts(1)
    assert (kind, detail["link"], detail["url"]) == (21, 0, TARGET)


def test_a_link_that_was_never_stored_leads_nowhere(client: httpx.Client, recipient: Recipient) -> None:
    assert client.get(recipient.path(TouchKind.CLICK, link=9)).status_code == 404


@pytest.mark.parametrize("place", range(32))
def test_a_changed_byte_is_not_found(client: httpx.Client, recipient: Recipient, place: int) -> None:
    path = recipient.path(TouchKind.OPEN)
    start = len("/t/o/") + place
    changed = path[:start] + ("A" if path[start] != "A" else "B") + path[start + 1 :]
    assert client.get(changed).status_code == 404


def test_a_token_of_one_kind_is_none_of_another(client: httpx.Client, recipient: Recipient) -> None:
    token = recipient.path(TouchKind.OPEN).removeprefix("/t/o/")
    assert client.post(f"/t/u/{token}", data=ONE_CLICK).status_code == 404
    assert client.get(f"/t/c/{token}").status_code == 404


def test_looking_at_the_unsubscribe_page_changes_nothing(client: httpx.Client, recipient: Recipient) -> None:
    page = client.get(recipient.path(TouchKind.UNSUBSCRIBE))
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert "set-cookie" not in page.headers
    assert recipient.suppressions() == []


def test_one_click_unsubscribes_at_once_and_again_changes_nothing(client: httpx.Client, recipient: Recipient) -> None:
    for _ in range(2):
        answer = client.post(recipient.path(TouchKind.UNSUBSCRIBE), data=ONE_CLICK)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert recipient.suppressions() == [("u1", "email", 3)]


def test_a_multipart_one_click_counts_too(client: httpx.Client, recipient: Recipient) -> None:
    answer = client.post(recipient.path(TouchKind.UNSUBSCRIBE), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert len(recipient.suppressions()) == 1


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=Two-Click", b"x" * 10_000])
def test_another_body_unsubscribes_nobody(client: httpx.Client, recipient: Recipient, body: bytes) -> None:
    assert client.post(recipient.path(TouchKind.UNSUBSCRIBE), content=body).status_code == 400
    assert recipient.suppressions() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_pictures_are_only_read(client: httpx.Client, recipient: Recipient, method: str) -> None:
    answer = client.request(method, recipient.path(TouchKind.OPEN))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_message_that_is_gone_cannot_be_unsubscribed(client: httpx.Client, recipient: Recipient) -> None:
    assert client.post(recipient.path(TouchKind.UNSUBSCRIBE, seq=99), data=ONE_CLICK).status_code == 404
