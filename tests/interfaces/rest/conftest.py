"""One served shell for all tests of the REST interface."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from tests.support.databases import Databases
from tests.support.rest_shell import RAN, WORKING_ROUTES, ServedShell, Shell, served
from tests.support.running_service import fresh_tenant


@pytest.fixture(scope="session")
def shell(databases: Databases) -> Iterator[ServedShell]:
    """The shell with API keys only."""
    with databases.fresh() as url, served(Shell(url)) as running:
        yield running


@pytest.fixture
def admin(shell: ServedShell) -> Iterator[httpx.Client]:
    """An admin of the operator's tenant."""
    RAN.clear()
    with shell.client(shell.key()) as client:
        yield client


class Target(NamedTuple):
    """A service to be tried with whatever comes to mind."""

    url: str
    client: httpx.Client
    exact: bool
    log: Path

    def faults(self) -> str:
        """What the service logged of its own faults."""
        return "\n".join(line for line in self.log.read_text().splitlines() if '"exception"' in line)[-6_000:]


@pytest.fixture(scope="module", params=["shell", "service"])
def target(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Target]:
    """The shell with its own routes, and the whole service; each with an admin's key."""
    if request.param == "service":
        running = request.getfixturevalue("service")
        with fresh_tenant(running) as tenant:
            yield Target(running.url, tenant.client, exact=False, log=running.log)
        return
    with databases.fresh() as url, served(Shell(url), WORKING_ROUTES) as shell, shell.client(shell.key()) as client:
        yield Target(shell.url, client, exact=True, log=Path(os.devnull))
