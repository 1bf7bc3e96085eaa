"""The service as it is composed at start: complete, and opened only when it runs."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tests.infrastructure.audience.datasets import write

from campaigns.application.platform.queries.list_tenants import ListTenants
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.bootstrap import SINGLE_ROLES, compose
from campaigns.domain.shared.ids import TenantId
from campaigns.front import front
from campaigns.infrastructure.audience.datasets import PEOPLE, Kind
from campaigns.infrastructure.composing import CompositionError
from campaigns.infrastructure.postgres.single_role import SingleRole
from campaigns.infrastructure.settings import Secret, Settings
from campaigns.interfaces.rest.draining import Draining
from campaigns.worker import compose_worker

# What is imported in the end, by others as well: Arrow takes pandas along where it is installed, if it is let.
COMPOSED_ALONE = """
import asyncio, sys
from pathlib import Path
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.profiles import ParquetProfiles
from campaigns.infrastructure.settings import Secret, Settings
from campaigns.interfaces.rest.draining import Draining
from campaigns.worker import compose_worker
settings = Settings(database_url=Secret("postgresql://"), nats_url="nats://", home=Path(sys.argv[1]))
print(*compose_worker(settings).roles)
print(*asyncio.run(ParquetProfiles(Datasets(settings.home / "datasets")).fetch("acme", ["ann"])))
print(*(module for module in sys.modules if "." not in module))
"""


def settings(database: str = "postgresql://nobody@127.0.0.1:1/none", nats: str = "nats://127.0.0.1:1") -> Settings:
    return Settings(database_url=Secret(database), nats_url=nats)


def test_everything_is_there_before_anything_is_opened() -> None:
    services = compose(settings())
    assert isinstance(services.bus, Bus)
    assert {"worker", "scheduler", "relay", "projector", "tracking"} <= services.roles.keys()
    assert {"postgres", "nats"} <= services.probes.keys()


def test_what_must_run_once_runs_under_a_lease() -> None:
    roles = compose(settings()).roles
    for role, runnables in roles.items():
        assert any(isinstance(runnable, SingleRole) for runnable in runnables) == (role in SINGLE_ROLES)


def test_a_worker_alone_is_composed_as_in_the_whole_service() -> None:
    alone, whole = compose_worker(settings()), compose(settings())
    assert [type(work) for work in alone.roles["worker"]] == [type(work) for work in whole.roles["worker"]]
    assert alone.probes.keys() < whole.probes.keys()


def test_a_worker_alone_does_without_what_others_need(tmp_path: Path) -> None:
    since = datetime(2027, 1, 1, tzinfo=UTC)
    person, instant = {"user_id": "ann", "since": since}, (Kind.INSTANT, pa.timestamp("us", "UTC"))
    write(tmp_path / "datasets", PEOPLE, [person], also={"since": instant})
    command = [sys.executable, "-c", COMPOSED_ALONE, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    roles, profile, modules = said
    assert (roles, profile) == ("worker", str(person))
    assert {"pyarrow", "psycopg", "nats"} <= set(modules.split())
    assert not {"duckdb", "pandas", "litestar", "uvicorn", "openpyxl", "cryptography"} & set(modules.split())


def test_a_worker_alone_shows_its_health_where_it_is_asked_to() -> None:
    assert front(compose_worker(settings()), ["worker"], Draining())


def test_without_a_database_there_is_no_service() -> None:
    with pytest.raises(CompositionError, match="no database"):
        compose(Settings())


def test_a_running_service_answers_and_closes(database_url: str, nats_url: str) -> None:
    async def ask() -> object:
        services = compose(settings(database_url, nats_url))
        async with services.running():
            caller = Caller(
                tenant_id=TenantId("default"),
                principal="operator",
                scopes=frozenset(Scope),
                command_id=services.ids.new(),
                correlation_id="test",
            )
            return await services.bus(ListTenants(caller=caller, limit=10, offset=0))

    assert asyncio.run(ask()) is not None
