"""A campaign launched over REST in the running service: executions, recipients, traces, export."""

import csv
import time
from typing import Any
from uuid import uuid4

import httpx
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import eventually, until

CHANNEL = {
    "channel_type": "push",
    "content": {"title": "Hello {{ first_name | default: 'you' }}", "body": "Spring is here"},
}


def upload(client: httpx.Client, text: str) -> None:
    answer = client.post(
        "/api/v1/audience/imports", files={"file": ("people.csv", text.encode())}, data={"dataset": "people"}
    )
    assert answer.status_code == 202, answer.text
    path = f"/api/v1/audience/imports/{answer.json()['id']}"
    ended = until(lambda: client.get(path).json(), lambda seen: seen["status"] in ("completed", "failed"))
    assert ended["status"] == "completed", ended


def launch(client: httpx.Client, **fields: Any) -> str:
    body = {
        "name": f"Spring {uuid4().hex}",
        "mode": "one_time",
        "audience": {"include": [{"criteria": {"field": "country", "operator": "in", "value": ["DE", "FR"]}}]},
        "channels": [CHANNEL],
        **fields,
    }
    made = client.post("/api/v1/campaigns", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/campaigns/{made.json()['id']}"
    started = client.post(f"{path}/start")
    assert started.status_code == 200, started.text
    return path


def newest(client: httpx.Client, path: str) -> dict[str, Any]:
    found = client.get(f"{path}/executions").json()["executions"]
    return found[0] if found else {"status": "none"}


def completed(client: httpx.Client, path: str) -> None:
    eventually(lambda: newest(client, path)["status"], "completed")


PEOPLE = "user_id,push_token,first_name,country\n" + "".join(
    f"u{n:04d},{'' if n % 10 == 0 else f'token{n}'},Ann{n},{'DE' if n % 2 else 'FR'}\n" for n in range(200)
)


def test_a_launched_campaign_accounts_for_everybody_and_says_why(tenant: Tenant, service: RunningService) -> None:
    client = tenant.client
    upload(client, PEOPLE)
    path = launch(client, holdout_percentage=10)
    completed(client, path)
    execution = newest(client, path)
    counted = execution["accounting"]
    assert counted["audience"] == 200
    assert counted["holds"]
    assert counted["sent"] > 100
    assert counted["holdout"] > 0
    assert counted["skipped"] > 0
    assert execution["progress"] == 1
    assert client.get(f"{path}/executions/{execution['execution_id']}").json() == execution

    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(f"{path}/recipients", params={"limit": 70, **({"cursor": cursor} if cursor else {})}).json()
        seen += page["recipients"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(one["user_id"] for one in seen) == [f"u{n:04d}" for n in range(200)]
    by_state = {state: sum(one["state"] == state for one in seen) for state in ("sent", "holdout", "skipped")}
    assert by_state == {name: counted[name] for name in by_state}
    skipped = client.get(f"{path}/recipients", params={"reason": "no_address"}).json()["recipients"]
    assert {one["user_id"] for one in skipped} <= {f"u{n:04d}" for n in range(0, 200, 10)}

    for one in (seen[0], seen[-1], skipped[0]):
        trace = client.get(f"{path}/recipients/{one['user_id']}").json()
        assert trace["recipient"]["state"] == one["state"]
        assert trace["steps"][0]["step"] == "audience"
    assert client.get(f"{path}/recipients/nobody").status_code == 404


def test_a_stratified_holdout_is_foretold_and_shown_to_the_person(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, PEOPLE)
    path = launch(client, holdout_percentage=10, holdout_strata=["country"])
    completed(client, path)
    expected = [
        {"stratum": {"country": "DE"}, "people": 100, "held_out": 10},
        {"stratum": {"country": "FR"}, "people": 80, "held_out": 8},
    ]
    assert newest(client, path)["strata"] == expected
    assert client.post(f"{path}/audiences/estimate").json()["strata"] == expected
    held = client.get(f"{path}/recipients", params={"reason": "holdout"}).json()["recipients"]
    assert len(held) == 18
    trace = client.get(f"{path}/recipients/{held[0]['user_id']}").json()
    says = next(step["says"] for step in trace["steps"] if step["step"] == "holdout")
    assert says.startswith("Held out: 10 % of the people of each country are.")
    asked = client.post(f"{path}/eligibility", json={"user_id": held[0]["user_id"]}).json()
    assert asked["reason"] == "holdout"


def test_recipients_are_exported_without_formulas(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, 'user_id,push_token,country\n"=1+1",t1,DE\n"@sum",t2,DE\nplain,t3,DE\n')
    path = launch(client)
    completed(client, path)
    answer = client.get(f"{path}/recipients", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["user_id"] for row in rows] == ["'=1+1", "'@sum", "plain"]


def test_an_empty_audience_fails_loudly(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, "user_id,push_token,country\nu1,t1,BR\n")
    made = client.post(
        "/api/v1/campaigns",
        json={
            "name": f"Nobody {uuid4().hex}",
            "mode": "one_time",
            "audience": {"include": [{"criteria": {"field": "country", "operator": "equals", "value": "DE"}}]},
            "channels": [CHANNEL],
        },
    )
    path = f"/api/v1/campaigns/{made.json()['id']}"
    started = client.post(f"{path}/start")
    if started.status_code == 200:
        eventually(lambda: newest(client, path)["status"], "failed")
        assert newest(client, path)["detail"]
    else:
        assert started.status_code == 422


def test_what_cannot_be_asked_is_refused_by_name(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, PEOPLE)
    path = launch(client)
    completed(client, path)
    for parameters, status in [
        ({"state": "gone"}, 400),
        ({"variant": "Z"}, 422),
        ({"cursor": "x"}, 422),
        ({"cursor": "1." + "9" * 30}, 422),
        ({"format": "xml"}, 400),
    ]:
        answer = client.get(f"{path}/recipients", params=parameters)
        assert answer.status_code == status, (parameters, answer.text)
        assert answer.headers["content-type"].startswith("application/problem+json")
    execution = newest(client, path)["execution_id"]
    refused = client.post(f"{path}/executions/{execution}/resend-uncertain")
    assert refused.status_code == 409
    assert refused.json()["code"] == "delivery.nothing_uncertain"
    other = f"/api/v1/campaigns/{uuid4()}"
    assert client.get(f"{other}/executions/{execution}").status_code == 404
    assert client.post(f"{other}/executions/{execution}/resend-uncertain").status_code == 404
    assert client.get(f"{other}/recipients").status_code == 404
    assert client.get(f"{other}/executions").status_code == 404


def test_a_campaign_paused_in_mid_send_stops_and_resumes_without_loss(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, PEOPLE)
    path = launch(client, throttle={"per_minute": 120})
    until(lambda: newest(client, path).get("accounting", {}).get("sent", 0))
    assert client.post(f"{path}/pause").status_code == 200
    eventually(lambda: newest(client, path)["status"], "paused")
    eventually(lambda: newest(client, path)["accounting"]["sending"], 0)
    held = newest(client, path)["accounting"]
    assert held["waiting"] > 0
    time.sleep(1.0)
    assert newest(client, path)["accounting"] == held
    assert client.patch(path, json={"throttle": None}).status_code == 200
    assert client.post(f"{path}/resume").status_code == 200
    completed(client, path)
    final = newest(client, path)["accounting"]
    assert final["holds"]
    assert final["waiting"] == 0
