"""What Prometheus gets from a service that works."""

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import PATIENCE, until

from campaigns.infrastructure.telemetry.definitions import CATALOGUE

_DEFINED = {figure.name: figure for figure in CATALOGUE}
_OF_THE_LIBRARY = ("python_", "process_")


def scraped(service: RunningService) -> dict[str, Metric]:
    text = httpx.get(f"{service.url}/metrics", trust_env=False, timeout=PATIENCE).text
    return {family.name: family for family in text_string_to_metric_families(text)}


def defined_name(family: Metric) -> str:
    return family.name + "_total" if family.type == "counter" else family.name


def dependencies(service: RunningService) -> dict[str, float]:
    families = shown(service, "campaigns_dependency_up")
    return {sample.labels["dependency"]: sample.value for sample in families["campaigns_dependency_up"].samples}


def shown(service: RunningService, name: str) -> dict[str, Metric]:
    """Everything, once this is among it."""
    families: dict[str, Metric] = until(
        lambda: scraped(service), lambda seen: name in seen and len(seen[name].samples) > 0
    )
    return families


def test_everything_shown_is_defined_with_its_kind_and_labels(service: RunningService, tenant: Tenant) -> None:
    tenant.client.post("/api/v1/campaigns", json={"name": "Measured"})
    families = shown(service, "campaigns_state_sampled_timestamp_seconds")
    ours = {name: family for name, family in families.items() if not name.startswith(_OF_THE_LIBRARY)}
    assert len(ours) > 30
    for family in ours.values():
        definition = _DEFINED[defined_name(family)]
        assert family.type == definition.kind
        for sample in family.samples:
            assert set(sample.labels) - {"le"} <= set(definition.labels)


def test_a_decision_can_be_followed_through_the_figures(service: RunningService, tenant: Tenant) -> None:
    tenant.client.post("/api/v1/campaigns", json={"name": "Counted", "type": "promotion"})

    def told(families: dict[str, Metric]) -> bool:
        created = {sample.labels["type"]: sample.value for sample in families["campaigns_created"].samples}
        published = {sample.labels["type"] for sample in families["campaigns_events_published"].samples}
        return created.get("promotion", 0) >= 1 and "campaign.created" in published

    families = until(lambda: scraped(service), told)
    commits = {sample.name: sample.value for sample in families["campaigns_event_commit_seconds"].samples}
    assert commits["campaigns_event_commit_seconds_count"] >= 1
    routes = {sample.labels["endpoint"] for sample in families["api_request"].samples}
    assert "/api/v1/campaigns" in routes


def test_the_process_shows_its_pools_and_its_dependencies(service: RunningService) -> None:
    needed = {("postgres", 1), ("followers", 1), ("nats", 1)}
    until(lambda: dependencies(service), lambda up: needed <= up.items())
    families = scraped(service)
    pools = {sample.labels["pool"] for sample in families["campaigns_pool_connections"].samples}
    assert pools == {"campaigns_app", "campaigns_system"}
    assert families["campaigns_build_info"].samples[0].value == 1


def test_followers_are_shown_by_name(service: RunningService) -> None:
    def followers() -> set[str]:
        families = shown(service, "campaigns_follower_lag_seconds")
        return {sample.labels["follower"] for sample in families["campaigns_follower_lag_positions"].samples}

    until(followers, lambda names: names >= {"relay:events", "relay:messages", "metrics"})
