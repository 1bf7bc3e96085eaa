"""The command line, as a shell sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from tests.support.ledgers import WrittenLedger

from campaigns.interfaces.cli.commands import COMMANDS


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "campaigns", *arguments],
        env={**kept, "CAMPAIGNS_HOME": str(home), **environment},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_lists_every_command(tmp_path: Path) -> None:
    told = run("--help", home=tmp_path)
    assert told.returncode == 0
    assert [name for name in COMMANDS if name not in told.stdout] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(tmp_path: Path, name: str) -> None:
    assert run(name, "--help", home=tmp_path).returncode == 0


def test_an_unknown_command_is_wrong_usage(tmp_path: Path) -> None:
    assert run("launch", home=tmp_path).returncode == 2


def test_config_shows_what_is_in_force_without_secrets(tmp_path: Path) -> None:
    told = run("config", "--json", home=tmp_path, DB_HOST="db", DB_PASSWORD="hunter2")
    shown = json.loads(told.stdout)
    assert (shown["DB_HOST"], shown["DB_PASSWORD"]) == ("db", "•••")


def test_config_is_a_table_for_people(tmp_path: Path) -> None:
    told = run("config", home=tmp_path, PORT="1234")
    assert any(line.split() == ["PORT", "1234"] for line in told.stdout.splitlines())


def test_bad_settings_end_with_78_and_a_sentence(tmp_path: Path) -> None:
    told = run("config", home=tmp_path, PORT="many")
    assert told.returncode == 78
    assert told.stderr.startswith("campaigns: PORT: ")
    assert "Traceback" not in told.stderr


def test_a_config_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("port = 4321\n")
    told = run("--config", "mine.toml", "config", "--json", home=tmp_path)
    assert json.loads(told.stdout)["PORT"] == 4321


def test_migrate_brings_a_database_up_to_date_once(tmp_path: Path, empty_database_url: str) -> None:
    first = run("migrate", "--json", home=tmp_path, DATABASE_URL=empty_database_url)
    assert json.loads(first.stdout)[0] == {"applied": "0001_platform.sql"}
    second = run("migrate", "--json", home=tmp_path, DATABASE_URL=empty_database_url)
    assert json.loads(second.stdout) == []
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("select position from feed_head").fetchone() == (0,)


def test_migrate_without_a_database_is_a_matter_of_configuration(tmp_path: Path) -> None:
    told = run("migrate", home=tmp_path)
    assert told.returncode == 78
    assert "no database is configured" in told.stderr


def test_migrate_says_that_the_database_is_away(tmp_path: Path) -> None:
    told = run("migrate", home=tmp_path, DATABASE_URL="postgresql://x:y@127.0.0.1:1/z")
    assert told.returncode == 69
    assert "Traceback" not in told.stderr


def test_doctor_tells_what_it_saw(tmp_path: Path, database_url: str, nats_url: str) -> None:
    told = run("doctor", "--json", home=tmp_path, DATABASE_URL=database_url, NATS_URL=nats_url)
    status = {row["check"]: row["status"] for row in json.loads(told.stdout)}
    assert {name: status[name] for name in ("database", "schema", "nats", "clock", "disk")} == dict.fromkeys(
        ("database", "schema", "nats", "clock", "disk"), "ok"
    )
    # The test bench does without fsync, which is exactly what a doctor is for.
    assert status["database durability"] == "failed"
    assert told.returncode == 1


def test_doctor_names_what_is_away(tmp_path: Path) -> None:
    told = run(
        "doctor",
        "--json",
        home=tmp_path,
        DATABASE_URL="postgresql://x:y@127.0.0.1:1/z",
        NATS_URL="nats://127.0.0.1:1",
        SMTP_HOST="no-such-host.invalid",
    )
    failed = {row["check"] for row in json.loads(told.stdout) if row["status"] == "failed"}
    assert failed == {"database", "nats", "dns SMTP_HOST"}
    assert told.returncode == 1
    assert "Traceback" not in told.stderr


def test_doctor_misses_a_schema(tmp_path: Path, empty_database_url: str) -> None:
    told = run("doctor", "--json", home=tmp_path, DATABASE_URL=empty_database_url)
    (schema,) = (row for row in json.loads(told.stdout) if row["check"] == "schema")
    assert schema["status"] == "warning"
    assert "campaigns migrate" in schema["detail"]


def test_a_role_that_does_not_exist_is_wrong_usage(tmp_path: Path) -> None:
    told = run("serve", "--role", "api,wurker", home=tmp_path)
    assert told.returncode == 2
    assert "wurker" in told.stderr


def test_openapi_prints_the_served_document_without_any_server(tmp_path: Path) -> None:
    document = json.loads(run("openapi", home=tmp_path).stdout)
    assert document["openapi"].startswith("3.1")
    assert document["paths"]["/api/v1/campaigns"]["post"]["summary"] == "Create campaign"


def test_a_command_starts_the_embedded_servers_when_nobody_else_has(tmp_path: Path) -> None:
    listed = run("tenants", "list", "--json", home=tmp_path)
    assert [tenant["tenant_id"] for tenant in json.loads(listed.stdout)] == ["default"], listed.stderr
    assert run("reconcile", home=tmp_path).returncode == 0


def test_reconcile_names_an_execution_whose_counters_disagree_with_its_messages(
    database_url: str, nats_url: str, tmp_path: Path
) -> None:
    WrittenLedger(database_url, people=10)  # ten people planned, and no batch counts them
    told = run("reconcile", "--json", home=tmp_path, DATABASE_URL=database_url, NATS_URL=nats_url)
    (row,) = json.loads(told.stdout)
    assert (told.returncode, row["agrees"]) == (1, False), told.stderr
    assert row["execution"] in told.stderr
