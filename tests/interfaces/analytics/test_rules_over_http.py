"""Telling people from machines, seen from outside: raw hits, and the same hits under several rules."""

import os
import subprocess
import sys
from typing import Any

import httpx
import psycopg
import pytest
from tests.interfaces.analytics.test_figures_over_http import ledger, metrics, totals_of
from tests.support.ledgers import WrittenLedger
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import PATIENCE, eventually, until

from campaigns.domain.analytics.tokens import TRAP_LINK, TouchKind, TrackingTokens
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.infrastructure.analytics.tracking_keys import parse_tracking_keys

__all__ = ["ledger"]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def hit(
    service: RunningService, ledger: WrittenLedger, kind: TouchKind, link: int = 0, **headers: str
) -> httpx.Response:
    tokens = TrackingTokens(parse_tracking_keys((service.home / "tracking.keys").read_text()))
    token = tokens.sign(ledger.execution_no, 1, kind, link)
    return httpx.get(
        f"{service.url}/t/{kind.name[0].lower()}/{token}", headers={"user-agent": BROWSER, **headers}, timeout=PATIENCE
    )


def details(ledger: WrittenLedger, kind: F) -> list[dict[str, Any]]:
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute(
            "select detail from message_facts where execution_no = %s and kind = %s", (ledger.execution_no, int(kind))
        ).fetchall()
    return [detail for (detail,) in rows]


@pytest.mark.parametrize("header", ["Purpose", "Sec-Purpose", "X-Purpose", "X-Moz"])
def test_why_a_client_fetches_is_kept_with_the_hit(service: RunningService, ledger: WrittenLedger, header: str) -> None:
    assert hit(service, ledger, TouchKind.OPEN, **{header: "prefetch"}).status_code == 200
    eventually(lambda: [detail["purpose"] for detail in details(ledger, F.OPENED)], ["prefetch"])


def test_the_hidden_link_leads_nowhere_and_counts_as_no_click(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger
) -> None:
    answer = hit(service, ledger, TouchKind.CLICK, TRAP_LINK)
    assert (answer.status_code, answer.headers["x-robots-tag"]) == (200, "noindex")
    assert hit(service, ledger, TouchKind.OPEN).status_code == 200
    until(lambda: details(ledger, F.TRAPPED))
    figures = ("machine_opens", "clicked_total", "machine_clicks", "opened")
    eventually(lambda: totals_of(tenant, ledger, *figures), [1, 0, 0, 0])


def test_the_rules_that_stand_show_people_and_machines_by_variant(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger
) -> None:
    ledger.say((1, F.OPENED, "a", {"user_agent": "SomeBot/1.0"}), (1, F.OPENED, "b", {"user_agent": BROWSER}))
    path = f"/api/v1/campaigns/{ledger.campaign_id}/metrics/rules"
    both = {"people": 1, "people_total": 1, "machines": 1, "machines_total": 1}

    def opened_by_variant() -> list[Any]:
        return [one["opened"] for one in tenant.client.get(path).json()["versions"][0]["variants"]]

    until(opened_by_variant, lambda seen: both in seen)
    (standing,) = [version for version in tenant.client.get(path).json()["versions"] if version["standing"]]
    opened = standing["variants"][0]["opened"]
    assert (standing["folded_at"], opened) == (None, both)
    with fresh_tenant(service) as other:
        assert other.client.get(path).status_code == 404


def test_the_operator_scores_the_past_again_and_sees_what_differs(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger
) -> None:
    ledger.say((1, F.CLICKED, "a", {"user_agent": "Mozilla/5.0 Barracuda Sentinel"}))
    eventually(lambda: totals_of(tenant, ledger, "machine_clicks"), [1])
    rows = campaigns_command(service, "analytics", "rescore", "--rules", "1")
    assert f"{ledger.campaign_id}" in rows
    path = f"/api/v1/campaigns/{ledger.campaign_id}/metrics/rules"
    versions = {each["rules"]: each for each in tenant.client.get(path).json()["versions"]}
    assert versions[1]["folded_at"]
    clicks = {rules: versions[rules]["variants"][0]["clicked"] for rules in (1, 4)}
    assert [(clicks[rules]["people"], clicks[rules]["machines"]) for rules in (1, 4)] == [(1, 0), (0, 1)]
    assert metrics(tenant, ledger)["totals"]["clicked"] == 0


def campaigns_command(service: RunningService, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "campaigns", *words, "--json"],
        env={**os.environ, "DATABASE_URL": service.database_url, "CAMPAIGNS_HOME": str(service.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
