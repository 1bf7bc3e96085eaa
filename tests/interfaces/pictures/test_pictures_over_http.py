"""A campaign's figures as pictures, tables and a page, from the running service."""

import csv
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import httpx
import pyarrow.parquet
import pytest
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import eventually

from campaigns.domain.delivery.numbers import FactKind as F

_FORMS = {
    "metrics.svg": "image/svg+xml",
    "metrics.svg?chart=series": "image/svg+xml",
    "metrics.png": "image/png",
    "metrics.csv": "text/csv",
    "metrics.parquet": "application/vnd.apache.parquet",
    "report.html": "text/html",
}


@pytest.fixture
def ledger(service: RunningService, tenant: Tenant) -> WrittenLedger:
    """Ten people were sent to, eight got it, two opened and one clicked."""
    made = tenant.client.post("/api/v1/campaigns", json={"name": "<Spring> & more"})
    written = WrittenLedger(
        service.database_url,
        people=10,
        execution_no=next(EXECUTION_NUMBERS),
        tenant=tenant.tenant_id,
        campaign_id=made.json()["id"],
    )
    written.say(ranges=[(1, 10)])
    written.say(
        *((seq, F.DELIVERED) for seq in range(1, 9)), (1, F.OPENED, "a"), (2, F.OPENED, "b"), (2, F.CLICKED, "c")
    )
    eventually(lambda: _figures(tenant, written), [10, 8, 2, 1])
    return written


def _figures(tenant: Tenant, ledger: WrittenLedger) -> list[int]:
    totals = _get(tenant, ledger, "metrics").json()["totals"]
    return [totals[name] for name in ("sent", "delivered", "opened", "clicked")]


def _get(tenant: Tenant, ledger: WrittenLedger, form: str) -> httpx.Response:
    return tenant.client.get(f"/api/v1/campaigns/{ledger.campaign_id}/{form}")


@pytest.mark.parametrize(("form", "media_type"), _FORMS.items())
def test_each_form_has_its_address(tenant: Tenant, ledger: WrittenLedger, form: str, media_type: str) -> None:
    answer = _get(tenant, ledger, form)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type)


def test_a_drawn_funnel_tells_the_figures(tenant: Tenant, ledger: WrittenLedger) -> None:
    drawn = ET.fromstring(_get(tenant, ledger, "metrics.svg").content)
    assert "Delivered 8 (80.0 % of sent)" in (drawn.get("aria-label") or "")


def test_a_table_is_the_same_in_csv_and_parquet(tenant: Tenant, ledger: WrittenLedger) -> None:
    [line] = csv.DictReader(io.StringIO(_get(tenant, ledger, "metrics.csv?breakdown_by=channel").text))
    exact = pyarrow.parquet.read_table(io.BytesIO(_get(tenant, ledger, "metrics.parquet?breakdown_by=channel").content))
    assert (line["channel"], line["sent"], line["open_rate"]) == ("email", "10", "25.0")
    [row] = exact.to_pylist()
    assert {name: "" if cell is None else str(cell) for name, cell in row.items()} == dict(line)


def test_hours_are_rows_of_their_own(tenant: Tenant, ledger: WrittenLedger) -> None:
    rows = list(csv.DictReader(io.StringIO(_get(tenant, ledger, "metrics.csv?interval=hour").text)))
    assert sum(int(row["opened"]) for row in rows if row["hour"]) == 2


def test_a_page_asks_browsers_for_nothing_else(tenant: Tenant, ledger: WrittenLedger) -> None:
    answer = _get(tenant, ledger, "report.html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "&lt;Spring&gt; &amp; more" in answer.text
    assert not any(outside in answer.text for outside in ("<script", "src=", "@import", "<link"))


def test_the_command_writes_the_same_page(
    service: RunningService, tenant: Tenant, ledger: WrittenLedger, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    command = ["report", str(ledger.campaign_id), "--tenant", tenant.tenant_id, "--output", str(file)]
    environment = {**os.environ, "DATABASE_URL": service.database_url, "NATS_URL": service.nats_url}
    environment |= {"CAMPAIGNS_HOME": str(tmp_path / "home")}
    ran = subprocess.run(
        [sys.executable, "-m", "campaigns", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "&lt;Spring&gt; &amp; more" in file.read_text()


@pytest.mark.parametrize("form", ["ab-test.svg", "ab-test.png", "ab-test.csv", "ab-test.parquet"])
def test_a_campaign_that_compares_nothing_has_no_test_to_draw(tenant: Tenant, ledger: WrittenLedger, form: str) -> None:
    answer = _get(tenant, ledger, form)
    assert (answer.status_code, answer.json()["code"]) == (404, "campaign.no_ab_test")


def test_an_unknown_chart_is_refused_by_name(tenant: Tenant, ledger: WrittenLedger) -> None:
    answer = _get(tenant, ledger, "metrics.svg?chart=pie")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/chart")


@pytest.mark.parametrize("form", [*_FORMS, "ab-test.svg", "ab-test.csv"])
def test_another_tenants_pictures_do_not_exist(service: RunningService, ledger: WrittenLedger, form: str) -> None:
    with fresh_tenant(service) as other:
        assert _get(other, ledger, form).status_code == 404
