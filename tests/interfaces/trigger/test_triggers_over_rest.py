"""Triggers, events and histories over REST: what is asked wrongly is told so."""

from typing import Any
from uuid import uuid4

import pytest
from tests.support.running_service import Tenant

SIGN_UP = {"event_type": "signed_up"}


@pytest.fixture
def path(tenant: Tenant) -> str:
    made = tenant.client.post("/api/v1/campaigns", json={"name": "Welcome", "mode": "triggered"})
    assert made.status_code == 201, made.text
    return f"/api/v1/campaigns/{made.json()['id']}"


def event(**more: Any) -> dict[str, Any]:
    return {"event_id": uuid4().hex, "event_type": "signed_up", "user_id": "u1", **more}


def test_triggers_are_added_changed_and_removed(tenant: Tenant, path: str) -> None:
    added = tenant.client.post(f"{path}/triggers", json=SIGN_UP)
    assert added.status_code == 201, added.text
    trigger_id = added.json()["trigger_id"]
    changed = tenant.client.put(f"{path}/triggers/{trigger_id}", json=SIGN_UP | {"delay_minutes": 5})
    assert changed.status_code == 200, changed.text
    (listed,) = tenant.client.get(f"{path}/triggers").json()["triggers"]
    assert (listed["trigger_id"], listed["delay_minutes"]) == (trigger_id, 5)
    assert tenant.client.delete(f"{path}/triggers/{trigger_id}").status_code == 204
    assert tenant.client.get(f"{path}/triggers").json()["triggers"] == []


@pytest.mark.parametrize(
    ("trigger", "pointer"),
    [
        ({"event_type": ""}, "/triggers/0/event_type"),
        ({"event_type": "a", "delay_minutes": -1}, "/triggers/0/delay_minutes"),
        ({"event_type": "a", "frequency_limit": 0}, "/triggers/0/frequency_limit"),
        ({"event_type": "a", "quiet_hours": {"start_hour": 24, "end_hour": 1}}, "/triggers/0/quiet_hours/start_hour"),
        ({"event_type": "a", "criteria": {"field": "x"}}, "/triggers/0/criteria"),
    ],
)
def test_a_trigger_that_cannot_work_is_refused_naming_what_is_wrong(
    trigger: dict[str, Any], pointer: str, tenant: Tenant, path: str
) -> None:
    answers = [
        tenant.client.post(f"{path}/triggers", json=trigger),
        tenant.client.post(f"{path}/triggers/replay", json={"triggers": [trigger]}),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"user_id": ""}, "/events/1/user_id"),
        ({"at": "2026-01-01T00:00:00"}, "/events/1/at"),
        ({"data": {"nested": {}}}, "/events/1/data"),
        ({"surprise": 1}, "/events/1"),
    ],
)
def test_an_event_that_cannot_be_used_is_named_by_its_place(
    broken: dict[str, Any], pointer: str, tenant: Tenant
) -> None:
    answer = tenant.client.post("/api/v1/events", json={"events": [event(), event(**broken)]})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text


def test_events_are_bounded(tenant: Tenant) -> None:
    many = [event() for _ in range(1_001)]
    assert tenant.client.post("/api/v1/events", json={"events": many}).status_code in (400, 413, 422)
    assert tenant.client.post("/api/v1/events", json={"events": []}).status_code in (400, 422)


def test_one_event_alone_is_taken_and_a_repetition_is_none(tenant: Tenant) -> None:
    told = event()
    first = tenant.client.post("/api/v1/events", json={"events": [told]})
    again = tenant.client.post("/api/v1/events", json={"events": [told, event()]})
    assert (first.json(), again.json()) == ({"received": 1, "new": 1}, {"received": 2, "new": 1})


@pytest.mark.parametrize(
    "parameters",
    [{"reason": "tired"}, {"cursor": "no.cursor.at"}, {"cursor": "1.zz.0"}, {"cursor": f"{2**70}.{uuid4().hex}.0"}],
)
def test_a_history_asked_wrongly_is_refused(parameters: dict[str, str], tenant: Tenant, path: str) -> None:
    answer = tenant.client.get(f"{path}/triggers/history", params=parameters)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["errors"][0]["pointer"].removeprefix("/") in parameters


def test_a_replay_ends_after_it_begins(tenant: Tenant, path: str) -> None:
    body = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    answer = tenant.client.post(f"{path}/triggers/replay", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/since")


def test_nothing_of_another_tenants_campaign_is_told(tenant: Tenant) -> None:
    nobody = f"/api/v1/campaigns/{uuid4()}/triggers"
    assert tenant.client.get(f"{nobody}/history").status_code == 404
    assert tenant.client.post(f"{nobody}/replay", json={}).status_code == 404


def test_a_triggered_campaign_that_names_nobody_is_everybodys(tenant: Tenant) -> None:
    in_app = {"channel_type": "in_app", "content": {"title": "Hi", "body": "Hi"}}
    body = {"name": "Welcome", "mode": "triggered", "channels": [in_app], "triggers": [SIGN_UP]}
    made = tenant.client.post("/api/v1/campaigns", json=body)
    asked = tenant.client.post(f"/api/v1/campaigns/{made.json()['id']}/eligibility", json={"user_id": "u1"})
    assert (asked.status_code, asked.json()["reason"]) == (200, "eligible"), asked.text
