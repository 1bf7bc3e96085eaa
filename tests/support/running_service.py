"""The real service in a process of its own, and tenants to use it as."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg

from campaigns.domain.platform.api_keys import hashed, secret_of, written

ALL_ROLES = "api,tracking,worker,scheduler,relay,projector,consumer"
MAILGUN_KEY, POSTMARK_LOGIN = "mailgun-key-of-the-tests", "campaigns:postmark-password-of-the-tests"
_PATIENCE = 120.0


class RunningService(NamedTuple):
    """`process` is the real thing: tests may stop it, at the cost of those that share it."""

    url: str
    database_url: str
    nats_url: str
    nats_stream: str
    nats_subject_prefix: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]


class Tenant(NamedTuple):
    """One customer of the running service, with an admin's key."""

    tenant_id: str
    api_key: str
    client: httpx.Client


@contextmanager
def running_service(
    database_url: str, nats_url: str, *, roles: str = ALL_ROLES, settings: Mapping[str, str] | None = None
) -> Iterator[RunningService]:
    """Starts `python -m campaigns serve` on a free port; stops it politely, and fails when that takes too long."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    temporary = tempfile.TemporaryDirectory(prefix="campaigns-service-")
    with temporary as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        log = Path(folder, "log")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CAMPAIGN", "DB_", "NATS_"))},
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            "NATS_STREAM": prefix,
            "NATS_SUBJECT_PREFIX": prefix,
            "NATS_INBOUND_PREFIX": f"{prefix}-in",
            "NATS_INBOUND_STREAM": f"{prefix}_IN",
            "CAMPAIGNS_HOME": str(Path(folder, "home")),
            "PORT": str(listening.getsockname()[1]),
            "LOG_FORMAT": "json",
            "FEEDBACK_SECRETS": f"mailgun:{MAILGUN_KEY},postmark:{POSTMARK_LOGIN}",
            "REQUESTS_PER_MINUTE": "1000000000",  # one key stands for many callers here
            **(settings or {}),
        }
        command = ["serve", "--role", roles, "--socket", str(listening.fileno())]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "campaigns", *command],
                env=environment,
                stdout=out,
                stderr=out,
                pass_fds=[listening.fileno()],
            )
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            _await_answer(url, process, log)
            home = Path(environment["CAMPAIGNS_HOME"])
            yield RunningService(url, database_url, nats_url, prefix, prefix, home, log, process)
        finally:
            _stop(process, log)


def _await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    with httpx.Client(base_url=url, trust_env=False, timeout=5) as client:
        while time.monotonic() < end:
            assert process.poll() is None, f"the service ended with {process.returncode}:\n{log.read_text()[-6000:]}"
            try:
                if client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise AssertionError(f"the service did not answer within {_PATIENCE:.0f} s:\n{log.read_text()[-6000:]}")


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"the service did not end when told to:\n{log.read_text()[-6000:]}") from None


@contextmanager
def fresh_tenant(service: RunningService) -> Iterator[Tenant]:
    """A tenant nobody else uses. Rows are written as the system would: there is no tenant yet who could ask."""
    tenant_id, key_id = f"t-{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    secret = secret_of(secrets.token_bytes(32))
    with psycopg.connect(service.database_url) as connection:
        connection.execute("set local role campaigns_system")
        connection.execute("insert into tenants (tenant_id, name) values (%s, 'A test')", [tenant_id])
        connection.execute(
            "insert into api_keys (tenant_id, key_id, name, secret_hash, scopes) values (%s, %s, 'test', %s, '{admin}')",
            [tenant_id, key_id, hashed(secret)],
        )
    key = written(key_id, secret)
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=service.url, headers=headers, timeout=_PATIENCE, trust_env=False) as client:
        yield Tenant(tenant_id, key, client)
