"""Templates, previews and test messages in the running service."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.support.running_service import Tenant

TEMPLATES = "/api/v1/templates"
WELCOME = {
    "name": "Welcome",
    "channel_type": "email",
    "content": {"subject": "Hi {{ first_name }}", "body_html": "<p>{{ city }}</p>"},
}
PUSH = {"channel_type": "push", "content": {"title": "Hi {{ first_name }}", "body": "News for {{ city }}"}}


def problem(answer: httpx.Response, status: int, code: str) -> list[dict[str, Any]]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    found: list[dict[str, Any]] = answer.json()["errors"]
    return found


def campaign(client: httpx.Client, *channels: dict[str, Any]) -> str:
    made = client.post("/api/v1/campaigns", json={"name": f"Spring {uuid4().hex}", "channels": list(channels)})
    assert made.status_code == 201, made.text
    return f"/api/v1/campaigns/{made.json()['id']}"


def test_a_template_lives_from_creation_to_deletion(tenant: Tenant) -> None:
    made = tenant.client.post(TEMPLATES, json=WELCOME)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"{TEMPLATES}/{made.json()['id']}"
    changed = {"name": "Hello", "content": {"subject": "Hello {{ first_name }}"}}
    assert tenant.client.put(path, json=changed, headers={"If-Match": '"1"'}).headers["etag"] == '"2"'
    assert tenant.client.put(path, json=changed, headers={"If-Match": '"1"'}).status_code == 412
    assert tenant.client.get(path).json()["content"] == {"subject": "Hello {{ first_name }}"}
    listed = tenant.client.get(TEMPLATES, params={"channel_type": "email"}).json()
    assert (listed["total"], [found["name"] for found in listed["templates"]]) == (1, ["Hello"])
    assert tenant.client.delete(path).status_code == 204
    problem(tenant.client.get(path), 404, "delivery.template_not_found")


def test_a_second_template_of_the_same_name_is_refused(tenant: Tenant) -> None:
    assert tenant.client.post(TEMPLATES, json=WELCOME).status_code == 201
    errors = problem(tenant.client.post(TEMPLATES, json=WELCOME), 409, "delivery.template_name_taken")
    assert errors == [{"pointer": "/name", "message": "is taken"}]


def test_a_template_without_a_name_is_refused_with_all_else_that_is_wrong(tenant: Tenant) -> None:
    answer = tenant.client.post(TEMPLATES, json=WELCOME | {"name": "   ", "content": {"subject": "{{"}})
    errors = problem(answer, 422, "delivery.content")
    assert [error["pointer"] for error in errors] == ["/name", "/content/subject"]
    assert errors[0]["message"] == "must not be blank"
    path = f"{TEMPLATES}/{tenant.client.post(TEMPLATES, json=WELCOME | {'name': ' Hello '}).json()['id']}"
    assert tenant.client.get(path).json()["name"] == "Hello"
    changed = tenant.client.put(path, json={"name": " ", "content": {"subject": "Hello"}})
    assert [error["pointer"] for error in problem(changed, 422, "delivery.content")] == ["/name"]


@pytest.mark.parametrize("subject", ["{{ x | shout }}", "{% if %}", "{% include 'a' %}", "{{"])
def test_a_template_that_does_not_compile_names_its_field_and_line(tenant: Tenant, subject: str) -> None:
    answer = tenant.client.post(TEMPLATES, json=WELCOME | {"content": {"subject": subject}})
    errors = problem(answer, 422, "delivery.content")
    assert [error["pointer"] for error in errors] == ["/content/subject"]
    assert errors[0]["message"].startswith("line 1: ")


def test_a_template_is_shown_for_one_person(tenant: Tenant) -> None:
    path = f"{TEMPLATES}/{tenant.client.post(TEMPLATES, json=WELCOME).json()['id']}/preview"
    shown = tenant.client.post(path, json={"profile": {"first_name": "Ann"}}).json()
    assert shown["fields"] == {"subject": "Hi Ann"}
    assert {"pointer": "/body_html", "message": "line 1: 'city' is undefined"} in shown["problems"]


def test_a_campaign_is_shown_for_attributes_given_on_the_spot(tenant: Tenant) -> None:
    path = campaign(tenant.client, PUSH)
    shown = tenant.client.post(f"{path}/preview", json={"profile": {"first_name": "Ann", "city": "Brno"}}).json()
    assert shown["fields"] == {"title": "Hi Ann", "body": "News for Brno"}
    assert shown["problems"] == []


def test_a_campaign_is_shown_for_an_event_given_on_the_spot(tenant: Tenant) -> None:
    content = {"body": "{{ event.plan }} for {{ user_id }}"}
    path = f"{campaign(tenant.client, {'channel_type': 'push', 'content': content})}/preview"
    shown = tenant.client.post(path, json={"sample_user_id": "u9", "event": {"plan": "gold"}}).json()
    assert (shown["fields"]["body"], shown["problems"]) == ("gold for u9", [])
    assert tenant.client.post(path, json={}).json()["problems"][0]["pointer"] == "/body"
    assert tenant.client.post(path, json={"event": {"plan": ["gold"]}}).status_code == 400


def test_a_preview_says_what_the_campaign_does_not_have(tenant: Tenant) -> None:
    path = campaign(tenant.client, PUSH)
    for body, pointer in (
        ({"profile": {}, "channel_type": "sms"}, "/channel_type"),
        ({"profile": {}, "variant_id": str(uuid4())}, "/variant_id"),
    ):
        answer = tenant.client.post(f"{path}/preview", json=body)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert tenant.client.post(f"/api/v1/campaigns/{uuid4()}/preview", json={"profile": {}}).status_code == 404


def test_somebody_without_a_profile_is_shown_with_every_gap_named(tenant: Tenant) -> None:
    path = campaign(tenant.client, PUSH)
    shown = tenant.client.post(f"{path}/preview", json={"sample_user_id": "nobody"}).json()
    assert {found["pointer"] for found in shown["problems"]} == {"/title", "/body"}


def test_a_test_message_leaves_by_the_real_way(tenant: Tenant) -> None:
    path = campaign(tenant.client, PUSH)
    body = {"profile": {"first_name": "Ann", "city": "Brno"}, "addresses": ["token-1", "token-2"]}
    sent = tenant.client.post(f"{path}/test-send", json=body)
    assert sent.status_code == 200, sent.text
    assert sent.json()["results"] == [
        {"address": "token-1", "accepted": True, "reason": None},
        {"address": "token-2", "accepted": True, "reason": None},
    ]
    assert tenant.client.get(f"{path}/executions").json()["executions"] == []


def test_a_test_message_needs_addresses(tenant: Tenant) -> None:
    path = campaign(tenant.client, PUSH)
    answer = tenant.client.post(f"{path}/test-send", json={"profile": {}, "addresses": []})
    assert [error["pointer"] for error in problem(answer, 400, "request.malformed")] == ["/addresses"]


def test_another_tenants_campaign_sends_no_test(tenant: Tenant) -> None:
    answer = tenant.client.post(f"/api/v1/campaigns/{uuid4()}/test-send", json={"addresses": ["a"]})
    assert answer.status_code == 404
