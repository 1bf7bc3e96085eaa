"""Every status, every command, every mode, over a real socket: the table of the design, and nothing beside it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.interfaces.campaign.bodies import ready
from tests.support.running_service import Tenant

CAMPAIGNS = "/api/v1/campaigns"
MODES = ("always_on", "one_time", "recurring", "triggered")
ALIVE = {"always_on": "active", "one_time": "running", "recurring": "active", "triggered": "active"}

# The design's table, written out again by hand: what each command leaves behind, by mode and status.
ACCEPTED: dict[str, dict[tuple[str, str], str]] = {
    "update": {(mode, status): status for mode in MODES for status in ("draft", "paused")},
    "schedule": {("one_time", "draft"): "scheduled", ("one_time", "scheduled"): "scheduled"},
    "unschedule": {("one_time", "scheduled"): "draft"},
    "activate": {(mode, status): ALIVE[mode] for mode in MODES for status in ("draft", "paused")},
    "start": {
        ("one_time", "draft"): "running",
        ("one_time", "scheduled"): "running",
        ("recurring", "active"): "active",
    },
    "pause": {(mode, ALIVE[mode]): "paused" for mode in MODES} | {("one_time", "scheduled"): "paused"},
    "resume": {(mode, "paused"): ALIVE[mode] for mode in MODES},
    "complete": {(mode, status): "completed" for mode in MODES for status in (ALIVE[mode], "paused")},
    "cancel": {
        (mode, status): "cancelled" for mode in MODES for status in ("draft", "scheduled", ALIVE[mode], "paused")
    },
    "clone": {
        (mode, status): "draft"
        for mode in MODES
        for status in ("draft", "scheduled", ALIVE[mode], "paused", "completed", "cancelled")
    },
    "delete": {(mode, status): "" for mode in MODES for status in ("draft", "completed", "cancelled")},
    "submit": {(mode, "draft"): "draft" for mode in MODES},
    "approve": {},
    "reject": {},
}
BODIES: dict[str, dict[str, Any]] = {
    "cancel": {"reason": "enough"},
    "reject": {"reason": "too loud"},
    "pause": {"reason": "a typo"},
}


def soon() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def commanded(client: httpx.Client, campaign_id: str, command: str) -> httpx.Response:
    url = f"{CAMPAIGNS}/{campaign_id}"
    if command == "update":
        return client.patch(url, json={"tags": ["changed"]})
    if command == "delete":
        return client.delete(url)
    body = {"at": soon()} if command == "schedule" else BODIES.get(command)
    return client.post(f"{url}/{command}", json=body)


WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "scheduled": ("schedule",),
    "active": ("activate",),
    "running": ("activate",),
    "paused": ("activate", "pause"),
    "completed": ("activate", "complete"),
    "cancelled": ("cancel",),
}


def brought_to(tenant: Tenant, mode: str, status: str) -> dict[str, Any]:
    campaign = tenant.client.post(CAMPAIGNS, json=ready(mode))
    assert campaign.status_code == 201, campaign.text
    answer: dict[str, Any] = campaign.json()
    for command in WAYS[status]:
        response = commanded(tenant.client, answer["id"], command)
        assert response.status_code == 200, response.text
        answer = response.json()
    assert answer["status"] == status
    return answer


def statuses(mode: str) -> list[str]:
    return [status for status in WAYS if status not in {"active", "running"} - {ALIVE[mode]}]


CASES = [(mode, status) for mode in MODES for status in statuses(mode) if status != "scheduled" or mode == "one_time"]


@pytest.mark.parametrize(("mode", "status"), CASES)
def test_a_campaign_accepts_exactly_the_commands_of_the_table(tenant: Tenant, mode: str, status: str) -> None:
    for command, accepted in ACCEPTED.items():
        campaign = brought_to(tenant, mode, status)
        response = commanded(tenant.client, campaign["id"], command)
        expected = accepted.get((mode, status))
        assert (command in campaign["allowed_actions"]) is (expected is not None), command
        if expected is None:
            _assert_refused(response, command, campaign)
        elif command == "delete":
            assert response.status_code == 204
        else:
            assert response.status_code == (201 if command == "clone" else 200), (command, response.text)
            assert response.json()["status"] == expected, command
            if command != "clone":
                read = tenant.client.get(f"{CAMPAIGNS}/{campaign['id']}")
                assert (read.json(), read.headers["etag"]) == (response.json(), response.headers["etag"])
        tenant.client.post(f"{CAMPAIGNS}/{campaign['id']}/cancel", json={"reason": "the next case"})


def _assert_refused(response: httpx.Response, command: str, campaign: dict[str, Any]) -> None:
    assert response.status_code == 409, (command, response.text)
    problem = response.json()
    assert problem["code"] == "campaign.status_transition"
    assert campaign["status"] in problem["detail"]
    for allowed in campaign["allowed_actions"]:
        assert allowed in problem["detail"]


def test_five_campaigns_run_at_the_same_time_and_no_more(tenant: Tenant) -> None:
    running = [brought_to(tenant, "one_time", "running") for _ in range(5)]
    waiting = brought_to(tenant, "one_time", "draft")
    refused = commanded(tenant.client, waiting["id"], "activate")
    assert (refused.status_code, refused.json()["code"]) == (422, "campaign.resource_limit")
    for command in ("pause", "complete", "cancel"):
        assert commanded(tenant.client, running.pop()["id"], command).status_code == 200
        assert commanded(tenant.client, waiting["id"], "activate").status_code == 200
        waiting = brought_to(tenant, "one_time", "draft")
        assert commanded(tenant.client, waiting["id"], "activate").status_code == 422


def test_campaigns_that_only_wait_do_not_count_as_running(tenant: Tenant) -> None:
    for mode in ("always_on", "recurring", "triggered"):
        for _ in range(3):
            brought_to(tenant, mode, "active")
    brought_to(tenant, "one_time", "running")


def test_an_author_does_not_approve_over_rest_either(tenant: Tenant) -> None:
    draft = brought_to(tenant, "always_on", "draft")
    pending = commanded(tenant.client, draft["id"], "submit").json()
    assert (pending["approval"], pending["status"]) == ("pending", "draft")
    refused = commanded(tenant.client, draft["id"], "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign.approval_required")
    rejected = commanded(tenant.client, draft["id"], "reject").json()
    assert (rejected["approval"], rejected["status_reason"]) == ("rejected", "too loud")


def test_another_person_approves_and_an_update_voids_it(tenant: Tenant) -> None:
    draft = brought_to(tenant, "always_on", "draft")
    commanded(tenant.client, draft["id"], "submit")
    key = tenant.client.post("/api/v1/api-keys", json={"name": "approver", "scopes": ["campaigns:approve"]})
    assert key.status_code == 201, key.text
    approver = {"Authorization": f"Bearer {key.json()['key']}"}
    approved = tenant.client.post(f"{CAMPAIGNS}/{draft['id']}/approve", headers=approver)
    assert (approved.status_code, approved.json()["approval"]) == (200, "approved")
    assert tenant.client.post(f"{CAMPAIGNS}/{draft['id']}/activate", headers=approver).status_code == 403
    assert commanded(tenant.client, draft["id"], "update").json()["approval"] == "none"


def test_pausing_twice_is_refused_unless_it_is_the_same_request(tenant: Tenant) -> None:
    active = brought_to(tenant, "always_on", "active")
    url, key = f"{CAMPAIGNS}/{active['id']}/pause", {"Idempotency-Key": active["id"]}
    first = tenant.client.post(url, headers=key)
    again = tenant.client.post(url, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert tenant.client.post(url).status_code == 409


@pytest.mark.parametrize("command", ["cancel", "reject"])
@pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 1}])
def test_a_reason_is_asked_for(tenant: Tenant, command: str, body: dict[str, Any] | None) -> None:
    draft = brought_to(tenant, "always_on", "draft")
    response = tenant.client.post(f"{CAMPAIGNS}/{draft['id']}/{command}", json=body)
    assert response.status_code == 400, response.text


def test_a_clone_has_a_name_of_its_own(tenant: Tenant) -> None:
    draft = brought_to(tenant, "triggered", "draft")
    url = f"{CAMPAIGNS}/{draft['id']}/clone"
    named = tenant.client.post(url, json={"name": "Another"})
    assert (named.status_code, named.json()["name"]) == (201, "Another")
    assert named.json()["cloned_from"] == draft["id"]
    assert tenant.client.post(url).json()["name"] == f"{draft['name']} (copy)"
    assert tenant.client.post(url).json()["code"] == "campaign.name_taken"


def test_what_is_not_ready_is_told_everything_at_once(tenant: Tenant) -> None:
    draft = tenant.client.post(CAMPAIGNS, json={"name": "Bare", "mode": "one_time"}).json()
    refused = commanded(tenant.client, draft["id"], "activate")
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/channels", "/audience/include"}
