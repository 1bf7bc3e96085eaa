"""Tenants and keys for the operator at a shell: the first key of an installation comes from here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.rest_shell import Shell, served

from campaigns.interfaces.rest.routing import API


@pytest.fixture
def run(tmp_path: Path, database_url: str, nats_url: str):  # noqa: ANN201
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "campaigns", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "CAMPAIGNS_HOME": str(tmp_path),
                "DATABASE_URL": database_url,
                "NATS_URL": nats_url,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return command


def test_a_key_from_the_command_line_opens_the_api(run, database_url: str) -> None:  # noqa: ANN001
    assert run("tenants", "create", "acme", "--limit", "segments", "50").returncode == 0
    key = run("keys", "create", "robot", "--tenant", "acme", "--scope", "admin").stdout.strip()
    with served(Shell(database_url)) as shell, shell.client(key) as client:
        tenant = client.get(f"{API}/tenants/acme").json()
    assert (tenant["tenant_id"], tenant["limits"]["segments"]) == ("acme", 50)


def test_a_refusal_is_a_sentence(run) -> None:  # noqa: ANN001
    told = run("tenants", "create", "Not A Slug")
    assert told.returncode == 1
    assert "tenant_id must be 1 to 63" in told.stderr
    assert "Traceback" not in told.stderr


def test_keys_are_listed_without_secrets_and_revoked(run) -> None:  # noqa: ANN001
    key = run("keys", "create", "robot", "--scope", "campaigns:read", "--days", "7").stdout.strip()
    key_id, secret = key.split("_")[1], key.split("_", 2)[2]
    listed = run("keys", "list", "--json")
    assert secret not in listed.stdout
    assert [found["key_id"] for found in json.loads(listed.stdout)] == [key_id]
    assert run("keys", "revoke", key_id).returncode == 0
    assert json.loads(run("keys", "list", "--json").stdout)[0]["revoked_at"] is not None
