"""`campaigns audience` beside the running service."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.interfaces.audience.people import upload
from tests.support.running_service import RunningService, Tenant

GERMANS = json.dumps({"field": "country", "operator": "equals", "value": "DE"})


def campaigns(service: RunningService, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN", "DB_", "NATS_"))},
        "DATABASE_URL": service.database_url,
        "NATS_URL": service.nats_url,
        "NATS_STREAM": service.nats_stream,
        "NATS_SUBJECT_PREFIX": service.nats_subject_prefix,
        "CAMPAIGNS_HOME": str(service.home),
    }
    command = [sys.executable, "-m", "campaigns", "audience", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_people_are_imported_counted_and_written_out(service: RunningService, tenant: Tenant, tmp_path: Path) -> None:
    source, target = tmp_path / "people.csv", tmp_path / "out.csv"
    source.write_text("user_id,country,note\nu1,DE,=1+1\nu2,FR,x\n,DE,y\n")
    who = ("--tenant", tenant.tenant_id)

    done = campaigns(service, "import", str(source), *who, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["status"], told["imported"], told["rejected"]) == ("completed", 2, 1)

    found = campaigns(service, "query", "--criteria", GERMANS, *who, "--json")
    assert json.loads(found.stdout) == {"count": 1, "people": [{"user_id": "u1", "country": "DE", "note": "=1+1"}]}

    written = campaigns(service, "export", str(target), *who)
    assert written.returncode == 0, written.stderr
    assert target.read_text().splitlines() == ["user_id,country,note", "u1,DE,'=1+1", "u2,FR,x"]


def test_people_pass_filters_one_after_the_other(service: RunningService, tenant: Tenant, tmp_path: Path) -> None:
    rows = "".join(f"u{n},{'android' if n % 2 else 'iOS'},{'true' if n < 6 else 'false'}\n" for n in range(10))
    upload(tenant.client, "user_id,device,monthly_active\n" + rows)
    upload(tenant.client, "user_id\nu1\nu2\n", "off.csv", "off")
    who = ("--tenant", tenant.tenant_id, "--blacklist", "off", "--device", "android", "--monthly-active")

    found = campaigns(service, "query", *who, "--limit", "1", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == {
        "count": 2,
        "people": [{"user_id": "u3", "device": "android", "monthly_active": True}],
        "filters": [
            {"filter": "blacklist:off", "removed": 2, "left": 8},
            {"filter": "device", "removed": 4, "left": 4},
            {"filter": "monthly_active", "removed": 2, "left": 2},
        ],
    }
    target = tmp_path / "out.csv"
    assert campaigns(service, "export", str(target), *who).returncode == 0
    assert [line.split(",")[0] for line in target.read_text().splitlines()] == ["user_id", "u3", "u5"]
    refused = campaigns(service, "query", *who, "--blacklist", "nowhere")
    assert "there is no dataset 'nowhere'" in refused.stderr


def test_a_failed_import_and_bad_criteria_say_why(service: RunningService, tenant: Tenant, tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text("name\nAnna\n")
    failed = campaigns(service, "import", str(source), "--tenant", tenant.tenant_id)
    assert failed.returncode != 0
    assert "names no column user_id" in failed.stderr
    refused = campaigns(service, "query", "--criteria", '{"field": 1}', "--tenant", tenant.tenant_id)
    assert refused.returncode != 0
    assert "criteria/field must be the name of an attribute" in refused.stderr


def test_everybody_whom_a_file_names_is_suppressed(service: RunningService, tenant: Tenant, tmp_path: Path) -> None:
    source, who = tmp_path / "off.csv", ("--tenant", tenant.tenant_id)
    source.write_text("reason,user_id,channel\n,u1,\ncomplained,u2,\n,u1,\n,u1,sms\n")

    done = campaigns(service, "suppress", str(source), *who, "--channel", "email", "--reason", "unsubscribed")
    assert done.returncode == 0, done.stderr
    assert "2 people" in done.stdout
    kept = tenant.client.get("/api/v1/suppressions").json()["suppressions"]
    assert [(one["user_id"], one["channel"], one["reason"]) for one in kept] == [
        ("u1", "email", "unsubscribed"),
        ("u1", "sms", "unsubscribed"),
        ("u2", "email", "complained"),
    ]


@pytest.mark.parametrize("row", [",email", "u2,pigeon"])
def test_a_file_with_a_row_that_cannot_be_used_suppresses_nobody(
    service: RunningService, tenant: Tenant, tmp_path: Path, row: str
) -> None:
    source = tmp_path / "off.csv"
    source.write_text(f"user_id,channel\nu1,sms\n{row}\n")
    done = campaigns(service, "suppress", str(source), "--tenant", tenant.tenant_id)
    assert done.returncode != 0
    assert "row 3" in done.stderr
    assert tenant.client.get("/api/v1/suppressions").json()["total"] == 0
