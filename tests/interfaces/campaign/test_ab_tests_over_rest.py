"""The test of a campaign over a real socket: defined, foretold, refused, decided."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.interfaces.campaign.bodies import MAIL, NOTE, minimal, ready
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import eventually, until

from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.figures import PostgresFigures
from campaigns.infrastructure.postgres.database import Database

CAMPAIGNS = "/api/v1/campaigns"
SEEDS = {
    "variants": [
        {"name": "Short", "allocation_percentage": 50, "subject": "Big sale!"},
        {"name": "Long", "allocation_percentage": 50, "subject": "Exclusive sale: up to 70 % off!"},
    ],
    "criterion": "open_rate",
    "duration_minutes": 240,
    "test_sample_percentage": 20,
}


def made(tenant: Tenant, body: dict[str, Any]) -> str:
    answer = tenant.client.post(CAMPAIGNS, json=body)
    assert answer.status_code == 201, answer.text
    return f"{CAMPAIGNS}/{answer.json()['id']}"


def notes(*names: str) -> list[dict[str, Any]]:
    share = 100 / len(names)
    note = {"title": "Hello", "body": "Hello"}
    return [
        {"name": name, "allocation_percentage": share, "channels": [{**NOTE, "content": {**note, "title": name}}]}
        for name in names
    ]


def standing_of(tenant: Tenant, path: str) -> dict[str, Any]:
    return dict(tenant.client.get(f"{path}/ab-test").json())


def problem(answer: httpx.Response) -> tuple[int, str, list[str]]:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    told = answer.json()
    return answer.status_code, told["code"], [error["pointer"] for error in told.get("errors", [])]


def test_a_test_is_defined_by_subjects_alone(tenant: Tenant) -> None:
    path = made(tenant, minimal(mode="one_time", channels=[MAIL]))
    answer = tenant.client.post(f"{path}/ab-test", json=SEEDS, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.headers["etag"], answer.json()["state"]) == ('"2"', "planned")
    assert answer.json()["experiment"]["test_sample_percentage"] == 20
    variants = tenant.client.get(path).json()["variants"]
    subjects = [one["channels"][0]["content"]["subject"] for one in variants]
    assert subjects == ["Big sale!", "Exclusive sale: up to 70 % off!"]
    again = tenant.client.post(f"{path}/ab-test", json=SEEDS)
    assert again.json()["experiment"] == answer.json()["experiment"]
    assert [one["variant_id"] for one in tenant.client.get(path).json()["variants"]] == [
        one["variant_id"] for one in variants
    ]
    stale = tenant.client.post(f"{path}/ab-test", json={"criterion": "click_rate"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({"criterion": "charm"}, 400, ["/criterion"]),
        ({"surprise": 1}, 400, [""]),
        ({"test_sample_percentage": 0}, 422, ["/experiment/test_sample_percentage"]),
        ({"test_sample_percentage": 101}, 422, ["/experiment/test_sample_percentage"]),
        ({"duration_minutes": 0}, 422, ["/experiment/duration_minutes"]),
        ({"confidence": 1}, 422, ["/experiment/confidence"]),
        ({"min_sample": 0}, 422, ["/experiment/min_sample"]),
        ({"allocation_period_minutes": 0}, 422, ["/experiment/allocation_period_minutes"]),
        ({"variants": [{"name": "A", "allocation_percentage": 101}]}, 422, ["/variants/0/allocation_percentage"]),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    tenant: Tenant, body: dict[str, Any], status: int, pointers: list[str]
) -> None:
    path = made(tenant, minimal(mode="one_time", channels=[MAIL]))
    found, _, named = problem(tenant.client.post(f"{path}/ab-test", json=body))
    assert found == status
    assert [pointer for pointer in named if pointer in pointers] or pointers == [""]


def test_before_its_first_run_a_test_tells_what_it_could_show(tenant: Tenant) -> None:
    people = "user_id,email\n" + "".join(f"u{n:05d},u{n:05d}@people.example\n" for n in range(10_000))
    told = tenant.client.post(
        "/api/v1/audience/imports", files={"file": ("people.csv", people.encode())}, data={"dataset": "people"}
    )
    seen = f"/api/v1/audience/imports/{told.json()['id']}"
    eventually(lambda: tenant.client.get(seen).json()["status"], "completed")
    everybody = {"include": [{"criteria": {"field": "user_id", "operator": "exists"}}]}
    body = ready("one_time", audience=everybody, variants=notes("A", "B"))
    path = made(tenant, body | {"experiment": {"test_sample_percentage": 40, "min_sample": 100}})
    found = tenant.client.get(f"{path}/ab-test").json()
    assert 3_800 < found["expected"]["in_test"] < 4_200
    assert found["expected"]["in_test"] + found["expected"]["rest"] == 10_000
    assert [one["baseline"] for one in found["detectable"]] == [0.01, 0.05, 0.2]
    lifts = [one["lift"] for one in found["detectable"]]
    assert lifts == sorted(lifts, reverse=True)
    (usual,) = tenant.client.get(f"{path}/ab-test", params={"baseline": "0.2"}).json()["detectable"]
    assert usual == found["detectable"][2]
    assert problem(tenant.client.get(f"{path}/ab-test", params={"baseline": "1.5"}))[::2] == (422, ["/baseline"])
    estimate = tenant.client.post(f"{path}/audiences/estimate").json()
    assert (estimate["in_test"], estimate["rest"]) == (found["expected"]["in_test"], found["expected"]["rest"])
    eligible = [tenant.client.post(f"{path}/eligibility", json={"user_id": f"u{n:05d}"}).json() for n in range(40)]
    assert {(one["variant"] is None, one["waits_for_winner"]) for one in eligible} == {(True, True), (False, False)}


def test_where_nothing_is_tested_there_is_nothing_to_see_or_to_declare(tenant: Tenant, service: RunningService) -> None:
    path = made(tenant, minimal())
    assert problem(tenant.client.get(f"{path}/ab-test"))[:2] == (404, "campaign.no_ab_test")
    winner = {"variant_id": str(uuid4())}
    assert problem(tenant.client.post(f"{path}/ab-test/winner", json=winner))[:2] == (404, "campaign.no_ab_test")
    planned = made(tenant, ready("one_time", variants=notes("A", "B"), experiment={}))
    assert problem(tenant.client.post(f"{planned}/ab-test/winner", json=winner))[:2] == (404, "campaign.no_ab_test")
    with fresh_tenant(service) as stranger:
        assert problem(stranger.client.get(f"{planned}/ab-test"))[0] == 404
        assert problem(stranger.client.post(f"{planned}/ab-test", json={}))[0] == 404


def test_a_winner_is_declared_once_and_a_repeated_request_gets_the_same_answer(
    tenant: Tenant, service: RunningService
) -> None:
    experiment = {"test_sample_percentage": 50, "min_sample": 1}
    people = {"include": [{"user_ids": [f"u{n:03d}" for n in range(60)]}]}
    body = ready("one_time", variants=notes("A", "B"), experiment=experiment, audience=people)
    path = made(tenant, body)
    assert tenant.client.post(f"{path}/activate").status_code == 200
    test = until(lambda: standing_of(tenant, path), lambda seen: seen["state"] in ("sending", "running"))
    assert test["sample"]["messages"] + test["sample"]["rest"] == 60
    variants = {one["name"]: one["variant_id"] for one in test["variants"]}
    key = {"Idempotency-Key": uuid4().hex}
    version = tenant.client.get(path).headers["etag"]
    winner = {"variant_id": variants["B"]}
    stale = tenant.client.post(f"{path}/ab-test/winner", json=winner, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    told = tenant.client.post(f"{path}/ab-test/winner", json=winner, headers=key | {"If-Match": version})
    assert told.status_code == 200, told.text
    assert (told.json()["outcome"]["variant"], told.json()["state"]) == ("B", "decided")
    again = tenant.client.post(f"{path}/ab-test/winner", json=winner, headers=key | {"If-Match": version})
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    other = tenant.client.post(f"{path}/ab-test/winner", json={"variant_id": variants["A"]})
    assert problem(other)[:2] == (409, "campaign.ab_test_decided")
    eventually(lambda: standing_of(tenant, path)["sample"]["rest_waits"], expected=False)
    assert problem(tenant.client.get(f"{path}/ab-test", params={"execution_id": str(uuid4())}))[0] == 404
    assert _shown_as_winner(service, tenant, path) == variants["B"]


def _shown_as_winner(service: RunningService, tenant: Tenant, path: str) -> str | None:
    """Whom the campaign's short figures call the winner, once there are any."""
    caller = Caller(
        tenant_id=TenantId(tenant.tenant_id),
        principal="ada",
        scopes=frozenset(Scope),
        command_id=uuid4(),
        correlation_id="c",
    )

    async def read() -> str | None:
        async with Database(service.database_url) as database:
            return await PostgresFigures(database).winner(UUID(path.rpartition("/")[2]), caller)

    return asyncio.run(read())
