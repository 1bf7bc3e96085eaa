"""Steps of features/delivery/previewing_a_message.feature, over REST."""

from typing import Any
from uuid import uuid4

from pytest_bdd import given, parsers, scenarios, then, when
from tests.support.running_service import Tenant

scenarios("delivery/previewing_a_message.feature")


@given(parsers.parse('a push message "{body}"'), target_fixture="path")
def message(tenant: Tenant, body: str) -> str:
    channel = {"channel_type": "push", "content": {"body": body}}
    made = tenant.client.post("/api/v1/campaigns", json={"name": f"Spring {uuid4().hex}", "channels": [channel]})
    assert made.status_code == 201, made.text
    return f"/api/v1/campaigns/{made.json()['id']}"


@when(parsers.parse('it is previewed for a person called "{name}"'), target_fixture="shown")
def preview(tenant: Tenant, path: str, name: str) -> dict[str, Any]:
    answer = tenant.client.post(f"{path}/preview", json={"profile": {"first_name": name}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@then(parsers.parse('it reads "{text}"'))
def reads(shown: dict[str, Any], text: str) -> None:
    assert shown["fields"]["body"] == text


@then("nothing is missing")
def nothing_missing(shown: dict[str, Any]) -> None:
    assert shown["problems"] == []


@then(parsers.parse('the preview says that "{variable}" is missing'))
def names_missing(shown: dict[str, Any], variable: str) -> None:
    assert [problem["message"] for problem in shown["problems"]] == [f"line 1: '{variable}' is undefined"]
