"""One served shell for all tests of the REST interface."""

from collections.abc import Iterator

import httpx
import pytest
from tests.support.databases import Databases
from tests.support.rest_shell import RAN, ServedShell, Shell, served


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
