"""The service as it is composed at start: complete, and opened only when it runs."""

import asyncio

import pytest

from campaigns.application.platform.queries.list_tenants import ListTenants
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.bootstrap import SINGLE_ROLES, compose
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.composing import CompositionError
from campaigns.infrastructure.postgres.single_role import SingleRole
from campaigns.infrastructure.settings import Secret, Settings


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
