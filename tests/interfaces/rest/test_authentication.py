"""Who may in, and what they may do."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from tests.interfaces.rest.test_problems import assert_problem
from tests.support.databases import Databases
from tests.support.rest_shell import ServedShell, Shell, instant, served
from tests.support.waiting import eventually

from campaigns.application.shared.context import Scope

SHOW = f"/api/v1/errands/{uuid.uuid4()}"


def test_a_key_opens_by_either_header(shell: ServedShell) -> None:
    key = shell.key()
    for headers in ({"Authorization": f"Bearer {key}"}, {"authorization": f"bearer  {key}"}, {"X-API-Key": key}):
        with shell.client(**headers) as client:
            assert client.get(SHOW).status_code == 200


def test_without_credentials_nothing_opens_and_the_scheme_is_named(shell: ServedShell) -> None:
    with shell.client() as client:
        response = client.get(SHOW)
    assert_problem(response, 401, "request.unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: key + "x", lambda key: key[:-2] + "!!",
                                   lambda key: "ck_" + "0" * 32 + key[35:], str.upper, lambda _: "", lambda _: "ck__"])  # fmt: skip
def test_a_wrong_key_opens_nothing(shell: ServedShell, spoil: Callable[[str], str]) -> None:
    key = shell.key()
    flipped = spoil(key)
    assert flipped != key
    with shell.client(**{"X-API-Key": flipped}) as client:
        assert_problem(client.get(SHOW), 401, "request.unauthenticated")


def test_two_keys_that_disagree_open_nothing(shell: ServedShell) -> None:
    with shell.client(shell.key(), **{"X-API-Key": shell.key()}) as client:
        assert client.get(SHOW).status_code == 401


def test_a_key_ends_at_its_instant(shell: ServedShell) -> None:
    with shell.client(shell.key(expires_at=instant() + timedelta(seconds=3))) as client:
        assert client.get(SHOW).status_code == 200
        eventually(lambda: client.get(SHOW).status_code, 401)


def test_a_revoked_key_is_dead_at_once_where_it_was_revoked(shell: ServedShell, admin: httpx.Client) -> None:
    key = shell.key()
    with shell.client(key) as client:
        assert client.get(SHOW).status_code == 200
        assert admin.delete(f"/api/v1/api-keys/{key.split('_')[1]}").status_code == 204
        assert client.get(SHOW).status_code == 401


def test_a_scope_that_is_missing_is_forbidden_and_named(shell: ServedShell) -> None:
    with shell.client(shell.key(Scope.READ)) as reader:
        assert reader.get(SHOW).status_code == 200
        problem = assert_problem(reader.post("/api/v1/errands", json={"name": "a"}), 403, "request.forbidden")
    assert "campaigns:write" in problem["detail"]


def test_a_route_without_a_guard_is_closed_to_everybody(shell: ServedShell, admin: httpx.Client) -> None:
    assert_problem(admin.get("/api/v1/errands/unguarded/a"), 403, "request.forbidden")
    with shell.client() as nobody:
        assert nobody.get("/api/v1/errands/unguarded/a").status_code == 401


@pytest.fixture(scope="module")
def at_home(databases: Databases) -> Iterator[ServedShell]:
    with databases.fresh() as url, served(Shell(url, local=True)) as running:
        yield running


def test_at_home_the_owner_needs_no_key(at_home: ServedShell) -> None:
    with at_home.client() as owner:
        assert owner.get(SHOW).status_code == 200
        assert owner.get("/api/v1/tenants").status_code == 200


def test_at_home_a_wrong_key_is_still_wrong(at_home: ServedShell) -> None:
    with at_home.client("ck_wrong") as client:
        assert client.get(SHOW).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "campaigns.example"},
        {"Host": "127.0.0.1.example:8080"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ],
)
def test_at_home_another_site_cannot_use_the_owners_browser(at_home: ServedShell, headers: dict[str, str]) -> None:
    with at_home.client(**headers) as client:
        assert client.get(SHOW).status_code == 401


def test_at_home_its_own_pages_may(at_home: ServedShell) -> None:
    with at_home.client(Origin=at_home.url) as page:
        assert page.get(SHOW).status_code == 200
