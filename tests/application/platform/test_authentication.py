"""Who is let in, by key or by being at home; the keys are given by the test."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from campaigns.application.platform.authentication import LOCAL, ApiKeyAuthenticator, LocalAuthenticator
from campaigns.application.platform.ports import Credentials, Principal
from campaigns.application.shared.context import Scope
from campaigns.domain.platform.api_keys import ApiKey, issue, secret_of, written
from campaigns.domain.shared.ids import TenantId

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SECRET, OTHER = secret_of(bytes(32)), secret_of(b"o" * 32)
KNOWN = issue(
    tenant_id=TenantId("acme"),
    key_id="a" * 32,
    name="k",
    secret=SECRET,
    scopes={"campaigns:read", "of:a-later-version"},
    granted_by={"admin"},
    expires_at=NOW + timedelta(hours=1),
    at=NOW,
)
KEY = written(KNOWN.key_id, SECRET)
READER = Principal(tenant_id=TenantId("acme"), name=f"key:{'a' * 32}", scopes=frozenset({Scope.READ}))


class OneKey:
    def __init__(self, key: ApiKey) -> None:
        self._key = key

    async def add(self, key: ApiKey) -> None:
        self._key = key

    async def find(self, key_id: str) -> ApiKey | None:
        return self._key if key_id == self._key.key_id else None

    async def all(self, tenant_id: TenantId) -> list[ApiKey]:
        return [self._key]

    async def revoke(self, tenant_id: TenantId, key_id: str, at: datetime) -> ApiKey:
        return replace(self._key, revoked_at=at)


class Clock:
    def now(self) -> datetime:
        return NOW


def known_by_key(key: ApiKey = KNOWN, **shown: Any) -> Principal | None:
    return asyncio.run(ApiKeyAuthenticator(OneKey(key), Clock()).authenticate(Credentials(**shown)))


def known_here(**shown: Any) -> Principal | None:
    at_home = {"host": "localhost:8080", "peer": "127.0.0.1"}
    otherwise = ApiKeyAuthenticator(OneKey(KNOWN), Clock())
    return asyncio.run(LocalAuthenticator(otherwise).authenticate(Credentials(**{**at_home, **shown})))


@pytest.mark.parametrize(
    "shown",
    [
        {"api_key": KEY},
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer  {KEY} "},
        {"authorization": f"Bearer {KEY}", "api_key": KEY},
    ],
)
def test_a_good_key_is_known_however_it_is_shown(shown: dict[str, str]) -> None:
    assert known_by_key(**shown) == READER


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"authorization": ""},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer something"},
        {"authorization": f"Basic {KEY}", "api_key": KEY},
        {"authorization": f"Bearer {written('b' * 32, SECRET)}", "api_key": KEY},
        {"api_key": written("b" * 32, SECRET)},
        {"api_key": written("a" * 32, OTHER)},
    ],
)
def test_anything_else_is_nobody(shown: dict[str, str]) -> None:
    assert known_by_key(**shown) is None


def test_a_revoked_or_expired_key_is_nobody() -> None:
    assert known_by_key(replace(KNOWN, revoked_at=NOW), api_key=KEY) is None
    assert known_by_key(replace(KNOWN, expires_at=NOW), api_key=KEY) is None


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"peer": "::1", "host": "[::1]:8080"},
        {"host": "127.0.0.2"},
        {"origin": "http://localhost:8080"},
    ],
)
def test_whoever_is_at_home_owns_the_installation(shown: dict[str, str]) -> None:
    assert known_here(**shown) == LOCAL
    assert set(Scope) == LOCAL.scopes


@pytest.mark.parametrize(
    "shown",
    [
        {"peer": "192.0.2.7"},
        {"peer": None},
        {"peer": "somewhere"},
        {"host": "evil.example"},
        {"host": ""},
        {"host": "192.0.2.7"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9090"},
        {"origin": "null"},
    ],
)
def test_a_visitor_or_another_site_s_page_is_nobody_even_here(shown: dict[str, Any]) -> None:
    assert known_here(**shown) is None


def test_credentials_shown_at_home_count_and_nothing_else() -> None:
    assert known_here(api_key=KEY) == READER
    assert known_here(authorization="Bearer wrong") is None
    assert known_here(api_key="") is None
