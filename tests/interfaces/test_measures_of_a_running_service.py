"""What Prometheus gets from a service that works."""

import time

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.support.running_service import RunningService, Tenant

from campaigns.infrastructure.telemetry.definitions import CATALOGUE

_DEFINED = {figure.name: figure for figure in CATALOGUE}
_OF_THE_LIBRARY = ("python_", "process_")


def scraped(service: RunningService) -> dict[str, Metric]:
    text = httpx.get(f"{service.url}/metrics", trust_env=False).text
    return {family.name: family for family in text_string_to_metric_families(text)}


def defined_name(family: Metric) -> str:
    return family.name + "_total" if family.type == "counter" else family.name


def dependencies(service: RunningService) -> dict[str, float]:
    families = until(service, "campaigns_dependency_up")
    return {sample.labels["dependency"]: sample.value for sample in families["campaigns_dependency_up"].samples}


def until(service: RunningService, name: str) -> dict[str, Metric]:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        families = scraped(service)
        if name in families and families[name].samples:
            return families
        time.sleep(0.2)
    raise AssertionError(f"{name} was not shown within 15 s")


def test_everything_shown_is_defined_with_its_kind_and_labels(service: RunningService, tenant: Tenant) -> None:
    tenant.client.post("/api/v1/campaigns", json={"name": "Measured"})
    families = until(service, "campaigns_state_sampled_timestamp_seconds")
    ours = {name: family for name, family in families.items() if not name.startswith(_OF_THE_LIBRARY)}
    assert len(ours) > 30
    for family in ours.values():
        definition = _DEFINED[defined_name(family)]
        assert family.type == definition.kind
        for sample in family.samples:
            assert set(sample.labels) - {"le"} <= set(definition.labels)


def test_a_decision_can_be_followed_through_the_figures(service: RunningService, tenant: Tenant) -> None:
    tenant.client.post("/api/v1/campaigns", json={"name": "Counted", "type": "promotion"})
    families = until(service, "campaigns_created")
    created = {sample.labels["type"]: sample.value for sample in families["campaigns_created"].samples}
    assert created["promotion"] >= 1
    published = {sample.labels["type"] for sample in families["campaigns_events_published"].samples}
    assert "campaign.created" in published
    commits = {sample.name: sample.value for sample in families["campaigns_event_commit_seconds"].samples}
    assert commits["campaigns_event_commit_seconds_count"] >= 1
    routes = {sample.labels["endpoint"] for sample in families["api_request"].samples}
    assert "/api/v1/campaigns" in routes


def test_the_process_shows_its_pools_and_its_dependencies(service: RunningService) -> None:
    end = time.monotonic() + 15
    needed = {("postgres", 1), ("followers", 1), ("nats", 1)}
    while not needed <= (up := dependencies(service)).items():
        assert time.monotonic() < end, up
        time.sleep(0.2)
    families = scraped(service)
    pools = {sample.labels["pool"] for sample in families["campaigns_pool_connections"].samples}
    assert pools == {"campaigns_app", "campaigns_system"}
    assert families["campaigns_build_info"].samples[0].value == 1


def test_followers_are_shown_by_name(service: RunningService) -> None:
    families = until(service, "campaigns_follower_lag_seconds")
    followers = {sample.labels["follower"] for sample in families["campaigns_follower_lag_positions"].samples}
    assert {"relay:events", "relay:messages", "metrics"} <= followers
