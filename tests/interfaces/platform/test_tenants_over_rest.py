"""Tenants and their keys, as operators and admins use them."""

import uuid
from typing import Any

import httpx
import pytest
from tests.interfaces.rest.test_problems import assert_problem
from tests.support.rest_shell import ServedShell

from campaigns.application.shared.context import Scope

DEFAULTS = {
    "running_campaigns": 5,
    "audience": 1_000_000,
    "inline_rules": 10,
    "segments": 5,
    "test_groups": 3,
    "variants": 5,
    "frequency_cap_messages": 0,
    "frequency_cap_days": 7,
    "messages_per_minute": 1_000_000_000,
    "messages_per_hour": 1_000_000_000,
    "messages_per_day": 1_000_000_000,
    "sending_weight": 1,
}


def new_tenant(admin: httpx.Client, **more: Any) -> str:
    tenant_id = f"t-{uuid.uuid4().hex[:12]}"
    response = admin.post("/api/v1/tenants", json={"tenant_id": tenant_id, "name": "Acme", **more})
    assert response.status_code == 201, response.text
    return tenant_id


def test_a_new_tenant_has_the_default_limits(admin: httpx.Client) -> None:
    tenant = admin.get(f"/api/v1/tenants/{new_tenant(admin)}").json()
    assert (tenant["name"], tenant["limits"], tenant["overrides"]) == ("Acme", DEFAULTS, {})


def test_limits_are_replaced_as_a_whole(admin: httpx.Client) -> None:
    tenant_id = new_tenant(admin, limits={"segments": 50})
    assert admin.get(f"/api/v1/tenants/{tenant_id}").json()["limits"] == {**DEFAULTS, "segments": 50}
    changed = admin.put(f"/api/v1/tenants/{tenant_id}/limits", json={"audience": 10, "variants": 0})
    assert changed.json()["limits"] == {**DEFAULTS, "audience": 10, "variants": 0}


def test_the_same_id_again_is_refused(admin: httpx.Client) -> None:
    response = admin.post("/api/v1/tenants", json={"tenant_id": new_tenant(admin), "name": "Another"})
    assert_problem(response, 409, "platform.tenant_taken")


@pytest.mark.parametrize("tenant_id", ["", "Acme", "a b", "-a", "a" * 64, "ä", "a/b", "../etc"])
def test_an_id_that_is_no_slug_is_refused(admin: httpx.Client, tenant_id: str) -> None:
    response = admin.post("/api/v1/tenants", json={"tenant_id": tenant_id, "name": "Acme"})
    assert assert_problem(response, 400, "request.malformed")["errors"][0]["pointer"] == "/tenant_id"


def test_a_blank_name_and_a_limit_beyond_reason_are_both_named(admin: httpx.Client) -> None:
    body = {"tenant_id": "blank", "name": "  ", "limits": {"audience": 2**40}}
    problem = assert_problem(admin.post("/api/v1/tenants", json=body), 422, "platform.invalid_tenant")
    assert {error["pointer"] for error in problem["errors"]} == {"/name", "/limits/audience"}


def test_tenants_are_listed_page_by_page(admin: httpx.Client) -> None:
    made = {new_tenant(admin) for _ in range(3)}
    total = admin.get("/api/v1/tenants", params={"limit": 1}).json()["total"]
    pages = [admin.get("/api/v1/tenants", params={"limit": 2, "offset": at}).json() for at in range(0, total, 2)]
    listed = [tenant["tenant_id"] for page in pages for tenant in page["tenants"]]
    assert listed == sorted(set(listed))
    assert made < set(listed)
    assert [page["has_more"] for page in pages] == [True] * (len(pages) - 1) + [False]


def test_an_admin_of_another_tenant_administers_keys_and_no_tenants(shell: ServedShell, admin: httpx.Client) -> None:
    tenant_id, other = new_tenant(admin), new_tenant(admin)
    with shell.client(shell.key(tenant_id=tenant_id)) as theirs:
        assert theirs.get(f"/api/v1/tenants/{tenant_id}").status_code == 200
        assert_problem(theirs.get(f"/api/v1/tenants/{other}"), 403, "request.forbidden")
        assert_problem(theirs.get("/api/v1/tenants"), 403, "request.forbidden")
        assert_problem(
            theirs.post("/api/v1/tenants", json={"tenant_id": "mine", "name": "x"}), 403, "request.forbidden"
        )
        assert_problem(theirs.put(f"/api/v1/tenants/{tenant_id}/limits", json={}), 403, "request.forbidden")
        assert theirs.post("/api/v1/api-keys", json={"name": "k", "scopes": ["admin"]}).status_code == 201


def test_a_tenant_nobody_made_is_not_found(admin: httpx.Client) -> None:
    assert_problem(admin.get("/api/v1/tenants/nobody"), 404, "platform.tenant_not_found")
    assert_problem(admin.put("/api/v1/tenants/nobody/limits", json={}), 404, "platform.tenant_not_found")


def test_a_secret_is_shown_once(shell: ServedShell, admin: httpx.Client) -> None:
    tenant_id = new_tenant(admin)
    with shell.client(shell.key(tenant_id=tenant_id)) as theirs:
        issued = theirs.post("/api/v1/api-keys", json={"name": "reports", "scopes": ["campaigns:read"]}).json()
        assert issued["key"].startswith(f"ck_{issued['key_id']}_")
        listed = theirs.get("/api/v1/api-keys")
    assert issued["key"].split("_", 2)[2] not in listed.text
    mine = next(key for key in listed.json()["api_keys"] if key["key_id"] == issued["key_id"])
    assert (mine["name"], mine["scopes"], mine["revoked_at"]) == ("reports", ["campaigns:read"], None)


def test_another_tenants_key_is_neither_seen_nor_revoked(shell: ServedShell, admin: httpx.Client) -> None:
    theirs = shell.key(tenant_id=new_tenant(admin))
    key_id = theirs.split("_")[1]
    assert key_id not in admin.get("/api/v1/api-keys").text
    assert_problem(admin.delete(f"/api/v1/api-keys/{key_id}"), 404, "platform.api_key_not_found")
    with shell.client(theirs) as client:
        assert client.get("/api/v1/api-keys").status_code == 200


def test_revoking_again_changes_nothing(admin: httpx.Client, shell: ServedShell) -> None:
    key_id = shell.key().split("_")[1]
    revoked = []
    for _ in range(2):
        assert admin.delete(f"/api/v1/api-keys/{key_id}").status_code == 204
        listed = admin.get("/api/v1/api-keys").json()["api_keys"]
        revoked.append(next(key["revoked_at"] for key in listed if key["key_id"] == key_id))
    assert revoked[0] is not None
    assert revoked[0] == revoked[1]


def test_an_expiry_in_the_past_is_refused(admin: httpx.Client) -> None:
    body = {"name": "late", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"}
    problem = assert_problem(admin.post("/api/v1/api-keys", json=body), 422, "platform.invalid_api_key")
    assert problem["errors"][0]["pointer"] == "/expires_at"


def test_only_admins_handle_keys(shell: ServedShell) -> None:
    with shell.client(shell.key(Scope.READ, Scope.WRITE, Scope.OPERATE)) as writer:
        for response in (
            writer.get("/api/v1/api-keys"),
            writer.post("/api/v1/api-keys", json={"name": "k", "scopes": ["campaigns:read"]}),
            writer.delete("/api/v1/api-keys/x"),
        ):
            assert_problem(response, 403, "request.forbidden")


def test_a_key_shows_when_it_was_used(shell: ServedShell, admin: httpx.Client) -> None:
    key = shell.key()
    with shell.client(key) as client:
        client.get("/api/v1/api-keys")
    listed = admin.get("/api/v1/api-keys").json()["api_keys"]
    assert next(found["last_used_at"] for found in listed if found["key_id"] == key.split("_")[1]) is not None
