"""What makes a key good, and a tenant possible."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.platform.api_keys import ApiKey, hashed, issue, read, secret_of, written
from campaigns.domain.platform.errors import InvalidApiKeyError, InvalidTenantError
from campaigns.domain.platform.limits import HIGHEST, LIMIT_NAMES, TenantLimits, as_mapping, with_overrides
from campaigns.domain.platform.tenants import found_tenant
from campaigns.domain.shared.ids import TenantId

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SECRET = secret_of(bytes(range(32)))


def key(**changes: object) -> ApiKey:
    known = {"tenant_id": TenantId("acme"), "key_id": "0" * 32, "name": "k", "secret": SECRET, "at": NOW}
    return issue(**{**known, "scopes": {"admin"}, "granted_by": {"admin"}, "expires_at": None, **changes})  # type: ignore[arg-type]


@given(st.binary(min_size=32, max_size=32), st.uuids())
def test_a_written_key_is_read_back(random_bytes: bytes, key_id) -> None:  # noqa: ANN001
    secret = secret_of(random_bytes)
    assert read(written(key_id.hex, secret)) == (key_id.hex, secret)


@given(st.text(max_size=90))
def test_any_other_text_is_no_key(text: str) -> None:
    assert read(text) is None


def test_the_secret_itself_is_not_kept() -> None:
    assert SECRET.encode() not in key().secret_hash
    assert key().secret_hash == hashed(SECRET)


@given(st.text(max_size=50).filter(lambda text: text != SECRET))
def test_no_other_secret_opens(secret: str) -> None:
    assert not key().opens_with(secret, NOW)


def test_a_key_opens_until_its_expiry_and_not_at_it() -> None:
    end = NOW + timedelta(hours=1)
    assert key(expires_at=end).opens_with(SECRET, end - timedelta(microseconds=1))
    assert not key(expires_at=end).opens_with(SECRET, end)


def test_nobody_grants_what_they_do_not_hold() -> None:
    with pytest.raises(InvalidApiKeyError) as refused:
        key(scopes={"admin", "campaigns:read"}, granted_by={"campaigns:read"})
    assert [violation.pointer for violation in refused.value.violations] == ["/scopes"]
    assert "admin" in refused.value.violations[0].message


def test_every_broken_rule_of_a_key_is_named() -> None:
    with pytest.raises(InvalidApiKeyError) as refused:
        key(name=" ", scopes=set(), expires_at=NOW)
    assert [violation.pointer for violation in refused.value.violations] == ["/name", "/scopes", "/expires_at"]


@given(st.dictionaries(st.sampled_from(LIMIT_NAMES), st.integers(0, HIGHEST)))
def test_overrides_win_and_the_rest_keeps_its_default(overrides: dict[str, int]) -> None:
    assert as_mapping(with_overrides(overrides)) == {**as_mapping(TenantLimits()), **overrides}


@given(st.sampled_from(LIMIT_NAMES), st.integers().filter(lambda value: not 0 <= value <= HIGHEST))
def test_a_limit_out_of_range_is_named(name: str, value: int) -> None:
    with pytest.raises(InvalidTenantError) as refused:
        found_tenant("acme", "Acme", {name: value, "colour": 1}, NOW)
    assert {violation.pointer for violation in refused.value.violations} == {f"/limits/{name}", "/limits/colour"}


@given(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,62}", fullmatch=True))
def test_a_slug_names_a_tenant(tenant_id: str) -> None:
    assert found_tenant(tenant_id, " Acme ", {}, NOW).name == "Acme"


@pytest.mark.parametrize("tenant_id", ["", "A", "-a", "a" * 64, "a b", "a\n"])
def test_anything_else_does_not(tenant_id: str) -> None:
    with pytest.raises(InvalidTenantError):
        found_tenant(tenant_id, "Acme", {}, NOW)
