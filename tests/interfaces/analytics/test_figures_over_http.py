"""Figures, feedback and reports of the real service."""

from typing import Any

import httpx
import psycopg
import pytest
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import PATIENCE, eventually, until

from campaigns.domain.delivery.numbers import FactKind as F


@pytest.fixture
def ledger(service: RunningService, tenant: Tenant) -> WrittenLedger:
    """An execution of a real campaign."""
    made = tenant.client.post("/api/v1/campaigns", json={"name": "Spring"})
    assert made.status_code == 201, made.text
    return WrittenLedger(
        service.database_url,
        people=10,
        execution_no=next(EXECUTION_NUMBERS),
        tenant=tenant.tenant_id,
        campaign_id=made.json()["id"],
    )


def metrics(tenant: Tenant, ledger: WrittenLedger, query: str = "") -> dict[str, Any]:
    answer = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/metrics{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def totals_of(tenant: Tenant, ledger: WrittenLedger, *names: str) -> list[Any]:
    totals = metrics(tenant, ledger)["totals"]
    return [totals[name] for name in names]


def test_a_campaign_without_anything_has_figures_of_zero_and_unknown_rates(
    tenant: Tenant, ledger: WrittenLedger
) -> None:
    totals = metrics(tenant, ledger)["totals"]
    assert (totals["sent"], totals["open_rate"]) == (0, None)


def test_what_happens_is_shown_within_seconds(tenant: Tenant, ledger: WrittenLedger) -> None:
    ledger.say(ranges=[(1, 10)])
    ledger.say(
        *((seq, F.DELIVERED) for seq in range(1, 9)), (1, F.OPENED, "a"), (2, F.OPENED, "b"), (2, F.CLICKED, "c")
    )
    eventually(lambda: totals_of(tenant, ledger, "sent", "delivered", "opened", "clicked"), [10, 8, 2, 1])
    totals = metrics(tenant, ledger)["totals"]
    assert [totals[name] for name in ("delivery_rate", "open_rate", "click_rate")] == [80.0, 25.0, 12.5]
    stats = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/stats").json()
    assert (stats["total_recipients"], stats["sent_count"], stats["open_rate"]) == (10, 10, 25.0)

    def shown() -> list[Any]:
        answer = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}").json()["metrics"]
        return [answer["sent"], answer["open_rate"]]

    eventually(shown, [10, 25.0])


def test_parts_sum_to_the_whole(tenant: Tenant, ledger: WrittenLedger) -> None:
    ledger.say(ranges=[(1, 10)])
    eventually(lambda: totals_of(tenant, ledger, "sent"), [10])
    found = metrics(tenant, ledger, "?breakdown_by=channel,execution&interval=hour")
    assert [(part["channel"], part["metrics"]["sent"]) for part in found["breakdown"]] == [("email", 10)]
    assert sum(part["metrics"]["sent"] for part in found["series"]) == 10


def test_another_tenants_figures_do_not_exist(tenant: Tenant, ledger: WrittenLedger, service: RunningService) -> None:
    with fresh_tenant(service) as other:
        assert other.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/metrics").status_code == 404
        assert other.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/stats").status_code == 404


@pytest.mark.parametrize("query", ["?breakdown_by=colour", "?interval=minute"])
def test_unknown_parts_are_refused_by_name(tenant: Tenant, ledger: WrittenLedger, query: str) -> None:
    answer = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/metrics{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] in ("/breakdown_by", "/interval")


def test_outside_figures_are_added_once(tenant: Tenant, ledger: WrittenLedger) -> None:
    path = f"/api/v1/campaigns/{ledger.campaign_id}/metrics"
    report = {
        "report_id": "r1",
        "channel": "web",
        "impressions": 2000,
        "clicks": 50,
        "conversions": 5,
        "revenue": {"amount": "300.00", "currency": "EUR"},
        "cost": {"amount": "100.00", "currency": "EUR"},
    }
    assert [tenant.client.post(path, json=report).json()["new"] for _ in range(2)] == [True, False]
    totals = metrics(tenant, ledger)["totals"]
    assert [totals[name] for name in ("impressions", "ctr", "cpc", "roas", "roi")] == [2000, 2.5, 2.0, 3.0, 200.0]
    other = tenant.client.post(path, json={**report, "clicks": 51})
    assert (other.status_code, other.json()["code"]) == (422, "request.idempotency_conflict")


def test_a_hard_bounce_suppresses_and_a_soft_one_does_not(tenant: Tenant, ledger: WrittenLedger) -> None:
    number = ledger.execution_no
    events = [
        {"message_id": f"{number}-1", "type": "bounced", "bounce_type": "hard", "event_id": "e1"},
        {"message_id": f"{number}-2", "type": "bounced", "bounce_type": "soft", "event_id": "e2"},
        {"message_id": f"{number}-3", "type": "complained", "event_id": "e3"},
        {"message_id": "77-1", "type": "delivered"},
        {"message_id": "nonsense", "type": "delivered"},
    ]
    answer = tenant.client.post("/api/v1/feedback/acme-mail", json={"events": events})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 3, "unknown": ["nonsense", "77-1"], "kept": 0})
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set local role campaigns_system")
        rows = connection.execute(
            "select user_id, reason from suppressions where tenant_id = %s order by 1", [tenant.tenant_id]
        )
        assert rows.fetchall() == [("u1", 4), ("u3", 5)]
    eventually(lambda: totals_of(tenant, ledger, "bounced_hard", "bounced_soft", "complained"), [1, 1, 1])


def test_feedback_without_credentials_or_signature_is_refused(service: RunningService) -> None:
    body = {"events": [{"message_id": "1-1", "type": "delivered"}]}
    with httpx.Client(base_url=service.url, trust_env=False, timeout=PATIENCE) as stranger:
        assert stranger.post("/api/v1/feedback/x", json=body).status_code == 401
        forged = stranger.post("/api/v1/feedback/x", json=body, headers={"X-Signature": "sha256=00"})
        assert forged.status_code == 403


def test_a_conversion_is_credited_to_the_message_that_led_to_it(service: RunningService, tenant: Tenant) -> None:
    made = tenant.client.post(
        "/api/v1/campaigns", json={"name": "Orders", "conversion": {"event_type": "order.completed"}}
    )
    ledger = WrittenLedger(
        service.database_url,
        people=4,
        execution_no=next(EXECUTION_NUMBERS),
        tenant=tenant.tenant_id,
        campaign_id=made.json()["id"],
    )
    ledger.say(ranges=[(1, 4)])
    ledger.say((2, F.DELIVERED), (2, F.CLICKED, "click"))
    order = {
        "event_id": "o1",
        "event_type": "order.completed",
        "user_id": "u2",
        "at": "2026-11-03T12:00:00Z",
        "value": "49.90",
        "currency": "EUR",
    }
    until(lambda: has_rule(ledger))
    assert [tenant.client.post("/api/v1/conversions", json=order).json()["new"] for _ in range(2)] == [1, 0]
    eventually(lambda: totals_of(tenant, ledger, "converted", "revenue"), [1, {"EUR": "49.90"}])


def has_rule(ledger: WrittenLedger) -> bool:
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set local role campaigns_system")
        found = connection.execute("select from conversion_rules where campaign_id = %s", [ledger.campaign_id])
        return found.fetchone() is not None


def test_what_the_messages_added_is_told_in_conversions_and_in_money(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger
) -> None:
    with psycopg.connect(service.database_url) as connection:
        connection.execute(
            "insert into plan_pages select %s, -1, -10, decode(repeat('00', 10), 'hex'), decode(repeat('00', 10), 'hex'),"
            " decode(repeat('01', 10), 'hex'), array_agg('h' || n order by n) from generate_series(1, 10) n",
            (ledger.execution_no,),
        )
        connection.execute("update executions set holdout = 10 where execution_no = %s", (ledger.execution_no,))
    paid = {"amount": "10.00", "currency": "EUR"}
    ledger.say(
        *((seq, F.CONVERTED, f"o{seq}", {**paid, "weight": 10_000, "revenue": "10.00"}) for seq in (1, 2, 3, 4)),
        (-1, F.CONVERTED, "oh", paid),
        ranges=[(1, 10)],
    )
    eventually(lambda: _earned(metrics(tenant, ledger)), (3.0, 30.0))
    lift = metrics(tenant, ledger)["lift"]
    assert (lift["treated_rate"], lift["holdout_rate"], lift["difference"]) == (40.0, 10.0, 30.0)
    assert (lift["conversions"]["value"], lift["relative"]["value"]) == (3.0, 300.0)
    page = tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/report.html").text
    assert "What the messages added" in page
    assert "What the messages earned, in EUR" in page


def _earned(found: dict[str, Any]) -> tuple[float, float] | None:
    """EUR a person more than in the holdout, and in all."""
    revenue = found["lift"] and found["lift"]["revenue"].get("EUR")
    return revenue and (revenue["difference"]["value"], revenue["total"]["value"])
