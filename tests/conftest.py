"""Real servers for every test that asks: a fresh database, a NATS, a running service with a tenant of one's own."""

import sys
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from tests.support.databases import Databases
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service
from tests.support.servers import Addresses, SharedServers

settings.register_profile("patient", deadline=None)  # how long an example takes says nothing on a busy machine
if settings.get_current_profile_name() == "default":
    settings.load_profile("patient")

_SERVERS = pytest.StashKey[SharedServers]()


def pytest_configure(config: pytest.Config) -> None:
    main = sys.modules["__main__"]
    if main.__spec__ is None and not hasattr(main, "__file__"):
        # A worker of xdist: PySpark would take it for a run of its own doctests, and end it.
        main.__spec__ = SimpleNamespace()  # type: ignore[assignment]
    config.stash[_SERVERS] = SharedServers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist the controller starts the servers, so that they outlive each single worker."""
    node.workerinput["servers"] = tuple(node.config.stash[_SERVERS].addresses())


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_SERVERS].stop()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Addresses:
    """The addresses of this run's PostgreSQL and NATS."""
    given = getattr(request.config, "workerinput", None)
    if given is not None:
        return Addresses(*given["servers"])
    return request.config.stash[_SERVERS].addresses()


@pytest.fixture(scope="session")
def databases(servers: Addresses) -> Databases:
    return Databases(servers.superuser, servers.user)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database of this test's own, as its owner (no superuser)."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A database of this test's own without any table."""
    with databases.empty() as url:
        yield url


@pytest.fixture(scope="session")
def nats_url(servers: Addresses) -> str:
    """NATS with JetStream, shared: use `nats_prefix` for stream and subject names."""
    return servers.nats


@pytest.fixture
def nats_prefix() -> str:
    """Unique per test; a valid beginning of stream names and of subjects."""
    return f"t{uuid.uuid4().hex[:10]}"


@pytest.fixture(scope="session")
def service(databases: Databases, servers: Addresses) -> Iterator[RunningService]:
    """The service with all roles, in a process of its own, on a database of its own; shared by this worker's tests."""
    with databases.fresh() as url, running_service(url, servers.nats) as running:
        yield running


@pytest.fixture
def tenant(service: RunningService) -> Iterator[Tenant]:
    """A fresh tenant of the running service; `tenant.client` is an httpx.Client that holds an admin's key."""
    with fresh_tenant(service) as made:
        yield made
