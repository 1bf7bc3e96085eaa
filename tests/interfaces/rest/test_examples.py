"""Whoever copies an example out of the documentation has something that works."""

from typing import Any

import httpx
import pytest
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import PATIENCE

FIRST_STEPS = """campaigns segments templates suppressions suppressions/import conversions events erasures
api-keys frequency-caps""".split()
NEXT_STEPS = "dry-run preview eligibility variants triggers ab-test metrics clone audiences/estimate".split()


@pytest.fixture(scope="module")
def paths(service: RunningService) -> dict[str, Any]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=PATIENCE) as anybody:
        document: dict[str, Any] = anybody.get("/schema/openapi.json").json()
    return dict(document["paths"])


def example(operation: dict[str, Any]) -> Any:
    if "requestBody" not in operation:
        return None
    return operation["requestBody"]["content"]["application/json"]["example"]


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_a_first_step_works_as_it_is_shown(tenant: Tenant, paths: dict[str, Any], name: str) -> None:
    item = paths[f"/api/v1/{name}"]
    method = "post" if "post" in item else "put"
    answer = tenant.client.request(method, f"/api/v1/{name}", json=example(item[method]))
    assert answer.is_success, answer.text


def test_the_campaign_that_is_shown_can_be_worked_on_as_it_is_shown(tenant: Tenant, paths: dict[str, Any]) -> None:
    made = tenant.client.post("/api/v1/campaigns", json=example(paths["/api/v1/campaigns"]["post"]))
    campaign = f"/api/v1/campaigns/{made.json()['id']}"
    refused = {}
    for name in NEXT_STEPS:
        shown = example(paths[f"/api/v1/campaigns/{{campaign_id}}/{name}"]["post"])
        answer = tenant.client.post(f"{campaign}/{name}", json=shown)
        if not answer.is_success:
            refused[name] = answer.text
    shown = example(paths["/api/v1/campaigns/{campaign_id}"]["patch"])
    assert refused == {}
    assert tenant.client.patch(campaign, json=shown).is_success
