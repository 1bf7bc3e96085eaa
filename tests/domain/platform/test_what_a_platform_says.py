"""What is kept of a key and of a tenant, and what a refusal says of each broken rule, word by word."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.platform.api_keys import ApiKey, hashed, issue, read, secret_of
from campaigns.domain.platform.limits import HIGHEST, LIMIT_NAMES, check_overrides
from campaigns.domain.platform.tenants import Tenant, found_tenant
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SECRET = secret_of(bytes(32))
NAMES = (
    "running_campaigns, audience, inline_rules, segments, test_groups, variants, "
    "frequency_cap_messages, frequency_cap_days, messages_per_minute, messages_per_hour, messages_per_day, "
    "sending_weight"
)


def key(**changes: Any) -> ApiKey:
    usual = {"tenant_id": TenantId("acme"), "key_id": "0" * 32, "name": "k", "secret": SECRET, "at": NOW}
    return issue(**{**usual, "scopes": ["a"], "granted_by": ["a"], "expires_at": None, **changes})


def said(decide: Callable[[], object]) -> tuple[str, list[str]]:
    with pytest.raises(DomainError) as refused:
        decide()
    return refused.value.detail, [f"{broken.pointer} {broken.message}" for broken in refused.value.violations]


def test_a_key_keeps_what_it_was_issued_for() -> None:
    assert key(name=" k ", expires_at=datetime.max.replace(tzinfo=UTC)) == ApiKey(
        tenant_id=TenantId("acme"),
        key_id="0" * 32,
        name="k",
        secret_hash=hashed(SECRET),
        scopes=frozenset({"a"}),
        created_at=NOW,
        expires_at=datetime.max.replace(tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["k", "k" * 255, " " + "k" * 255])
def test_a_key_s_name_has_1_to_255_characters(name: str) -> None:
    assert key(name=name).name == name.strip()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "k" * 256}, "/name must have at most 255 characters"),
        ({"scopes": []}, "/scopes must name at least one scope"),
        ({"scopes": ["c", "a", "b"]}, "/scopes cannot be granted by somebody without b, c"),
        ({"expires_at": NOW}, "/expires_at must be in the future"),
    ],
)
def test_a_refused_key_is_told_why(changes: dict[str, Any], sentence: str) -> None:
    assert said(lambda: key(**changes)) == ("The API key cannot be created", [sentence])


def test_an_admin_grants_what_it_does_not_hold_itself() -> None:
    assert key(scopes=["campaigns:read"], granted_by=["admin"]).scopes == {"campaigns:read"}


@given(st.binary(min_size=32, max_size=32))
def test_every_secret_fits_a_key(random_bytes: bytes) -> None:
    assert read(f"ck_{'0' * 32}_{secret_of(random_bytes)}")


def test_a_revoked_key_opens_nothing() -> None:
    issued = key()
    revoked = ApiKey(
        **{name: getattr(issued, name) for name in issued.__struct_fields__ if name != "revoked_at"}, revoked_at=NOW
    )
    assert issued.opens_with(SECRET, NOW)
    assert not revoked.opens_with(SECRET, NOW)


@pytest.mark.parametrize("name", ["A", "A" * 255])
def test_a_tenant_keeps_what_it_was_founded_with(name: str) -> None:
    founded = found_tenant("acme", f" {name} ", {"variants": 3}, NOW)
    assert founded == Tenant(tenant_id=TenantId("acme"), name=name, limits={"variants": 3}, created_at=NOW)


def test_a_refused_tenant_is_told_everything_that_is_wrong() -> None:
    assert said(lambda: found_tenant("-", "A" * 256, {"colour": 1, "variants": -1}, NOW)) == (
        "The tenant cannot be created",
        [
            "/tenant_id must be 1 to 63 of a-z, 0-9, - and _, and begin with a letter or digit",
            "/name must have at most 255 characters",
            f"/limits/colour is not one of {NAMES}",
            "/limits/variants must be from 0 to 1,000,000,000",
        ],
    )


@pytest.mark.parametrize("name", LIMIT_NAMES)
@pytest.mark.parametrize("value", [0, HIGHEST])
def test_a_limit_reaches_from_nothing_to_a_thousand_million(name: str, value: int) -> None:
    assert check_overrides({name: value}) == {name: value}


def test_an_unknown_limit_is_named_once() -> None:
    assert said(lambda: check_overrides({"colour": -1})) == (
        "Limits cannot be set",
        [f"/limits/colour is not one of {NAMES}"],
    )
