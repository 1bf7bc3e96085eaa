"""Figures by segment, by hour and by day, and in several currencies."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from tests.interfaces.analytics.test_figures_over_http import ledger, metrics
from tests.interfaces.delivery.test_delivery_over_rest import completed, launch, upload
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import eventually

from campaigns.domain.delivery.numbers import FactKind as F

__all__ = ["ledger"]
PEOPLE = "user_id,push_token,country,vip\n" + "".join(
    f"u{n:04d},token{n},{'DE' if n % 2 else 'FR'},{'yes' if n % 5 == 0 else 'no'}\n" for n in range(200)
)


def segment(client: httpx.Client, name: str, **meant: Any) -> str:
    made = client.post("/api/v1/segments", json={"name": f"{name} {uuid4().hex}", **meant})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def equals(field: str, value: str) -> dict[str, Any]:
    return {"field": field, "operator": "equals", "value": value}


def test_figures_by_segment_count_a_person_in_each_of_theirs(tenant: Tenant) -> None:
    client = tenant.client
    upload(client, PEOPLE)
    german, vip = (segment(client, f, criteria=equals(f, v)) for f, v in (("country", "DE"), ("vip", "yes")))
    named = segment(client, "named", user_ids=["u0001", "u0002", "stranger"])
    include = [{"segment_id": german}, {"segment_id": vip}, {"segment_id": named}, {"user_ids": ["u0004"]}]
    path = launch(client, audience={"include": include}, holdout_percentage=10)
    completed(client, path)
    sent = {one["user_id"] for one in client.get(f"{path}/recipients?limit=500&state=sent").json()["recipients"]}
    expected = {
        german: len([u for u in sent if u != "stranger" and int(u[1:]) % 2]),
        vip: len([u for u in sent if u != "stranger" and int(u[1:]) % 5 == 0]),
        named: len(sent & {"u0001", "u0002", "stranger"}),
        None: len(sent & {"u0004"}),
    }

    def found() -> dict[str | None, int]:
        parts = client.get(f"{path}/metrics?breakdown_by=segment").json()["breakdown"]
        return {part["segment_id"]: part["metrics"]["sent"] for part in parts if part["metrics"]["sent"]}

    eventually(found, {key: count for key, count in expected.items() if count})
    both = client.get(f"{path}/metrics?breakdown_by=segment,channel").json()["breakdown"]
    assert {part["channel"] for part in both if part["metrics"]["sent"]} == {"push"}
    trace = client.get(f"{path}/recipients/u0005").json()["steps"]
    assert [step["details"]["segments"] for step in trace if step["step"] == "segments"] == [
        [{"segment_id": one, "name": name} for one, name in _names(client, german, vip)]
    ]


def _names(client: httpx.Client, *ids: str) -> list[tuple[str, str]]:
    return [(one, client.get(f"/api/v1/segments/{one}").json()["name"]) for one in ids]


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("Europe/Paris", "2026-03-29", 23),
        ("Europe/Paris", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Sao_Paulo", "2026-10-18", 24),
        ("Asia/Kathmandu", "2026-11-01", 24),
    ],
)
def test_a_day_is_the_campaigns_day_also_when_the_clocks_change(
    service: RunningService, tenant: Tenant, zone: str, date: str, hours: float
) -> None:
    made = tenant.client.post("/api/v1/campaigns", json={"name": "Spring"})
    ledger = WrittenLedger(
        service.database_url, 200, next(EXECUTION_NUMBERS), tenant.tenant_id, campaign_id=made.json()["id"], zone=zone
    )
    day = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(zone))
    midnight = day.astimezone(UTC)
    quarters = int(hours * 4)
    for number in range(-1, quarters + 1):
        instant = midnight + timedelta(minutes=15 * number)
        ledger.say((number + 2, F.OPENED, f"o{number}"), at=instant)
    eventually(lambda: metrics(tenant, ledger)["totals"]["opened"], quarters + 2)
    by_day = metrics(tenant, ledger, "?interval=day")
    assert by_day["zone"] == zone
    assert [(part["day"], part["metrics"]["opened"]) for part in by_day["series"]] == [
        (f"{day - timedelta(days=1):%Y-%m-%d}", 1),
        (f"{day:%Y-%m-%d}", quarters),
        (f"{day + timedelta(days=1):%Y-%m-%d}", 1),
    ]
    by_hour = metrics(tenant, ledger, "?interval=hour")["series"]
    begun = [datetime.fromisoformat(part["hour"]) for part in by_hour]
    assert begun == sorted(begun)
    assert sum(hour.minute != 0 for hour in begun) == (
        zone == "Australia/Lord_Howe"
    )  # its clocks go back by half an hour
    assert sum(part["metrics"]["opened"] for part in by_hour) == quarters + 2


def test_currencies_are_never_added(tenant: Tenant, ledger: WrittenLedger) -> None:
    path = f"/api/v1/campaigns/{ledger.campaign_id}/metrics"
    for number, (currency, revenue, cost) in enumerate((("EUR", "300.10", "100.00"), ("JPY", "5000", "20000"))):
        report = {
            "report_id": f"r{number}",
            "clicks": 20,
            "conversions": 2,
            "revenue": {"amount": revenue, "currency": currency},
            "cost": {"amount": cost, "currency": currency},
        }
        assert tenant.client.post(path, json=report).status_code == 201
    found = metrics(tenant, ledger)
    totals = found["totals"]
    assert [totals[name] for name in ("cpc", "cost_per_conversion", "roas", "roi")] == [None] * 4
    assert totals["revenue"] == {"EUR": "300.10", "JPY": "5000"}
    assert found["money"] == {
        "EUR": {"cpc": 2.5, "cost_per_conversion": 25.0, "roas": 3.0, "roi": 200.1},
        "JPY": {"cpc": 500.0, "cost_per_conversion": 5000.0, "roas": 0.25, "roi": -75.0},
    }
