"""Dry runs over REST: what is refused, and in which words."""

from uuid import uuid4

import pytest
from tests.support.running_service import Tenant


def draft(tenant: Tenant) -> str:
    made = tenant.client.post("/api/v1/campaigns", json={"name": f"Spring {uuid4().hex}", "mode": "one_time"})
    assert made.status_code == 201, made.text
    return f"/api/v1/campaigns/{made.json()['id']}"


@pytest.mark.parametrize("sample", [0, -1, 2**40, "all", 1.5])
def test_a_sample_that_cannot_be_taken_is_refused_by_name(tenant: Tenant, sample: object) -> None:
    answer = tenant.client.post(f"{draft(tenant)}/dry-run", json={"sample": sample})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/sample")


def test_what_is_not_there_is_not_found(tenant: Tenant) -> None:
    nowhere, path = f"/api/v1/campaigns/{uuid4()}", draft(tenant)
    assert tenant.client.post(f"{nowhere}/dry-run").status_code == 404
    for place in (f"{path}/dry-runs/{uuid4()}", f"{path}/executions/{uuid4()}/dry-run-diff"):
        answer = tenant.client.get(place)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert tenant.client.get(f"{path}/dry-runs").json() == {"dry_runs": [], "total": 0}


def test_a_dry_run_is_listed_and_says_where_it_is_seen(tenant: Tenant) -> None:
    path = draft(tenant)
    answer = tenant.client.post(f"{path}/dry-run")
    assert (answer.status_code, answer.json()["sample"]) == (202, 10_000)
    listed = tenant.client.get(f"{path}/dry-runs").json()
    assert [one["id"] for one in listed["dry_runs"]] == [answer.json()["id"]]
    assert tenant.client.get(answer.headers["location"]).json()["id"] == answer.json()["id"]


@pytest.mark.parametrize(
    ("period", "pointer"),
    [
        ({"since": "2027-01-02T00:00:00Z", "until": "2027-01-01T00:00:00Z"}, "/since"),
        ({"since": "2020-01-01T00:00:00Z"}, "/since"),
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
    ],
)
def test_a_period_that_means_nothing_to_the_campaign_is_refused_by_name(
    tenant: Tenant, period: dict[str, str], pointer: str
) -> None:
    answer = tenant.client.post(f"{draft(tenant)}/dry-run", json=period)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
