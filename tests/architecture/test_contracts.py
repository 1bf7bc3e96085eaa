"""Imports point inward: the contracts hold, and each of them would notice a violation."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "campaigns"
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

# contract, module that is changed, what it then imports
PLANTED = [
    ("Dependencies point inward", "domain/shared/money.py", "campaigns.application.shared.bus"),
    ("Dependencies point inward", "application/shared/bus.py", "campaigns.infrastructure.settings"),
    ("Dependencies point inward", "interfaces/rest/app.py", "campaigns.infrastructure.settings"),
    ("Dependencies point inward", "infrastructure/settings.py", "campaigns.interfaces.rest.app"),
    ("Dependencies point inward", "interfaces/cli/group.py", "campaigns.bootstrap"),
    ("Contexts of the domain are independent", "domain/campaign/__init__.py", "campaigns.domain.delivery"),
    (
        "Contexts of the application talk through published events",
        "application/campaign/ports/campaigns.py",
        "campaigns.application.delivery.ports",
    ),
    ("The domain is plain Python and msgspec", "domain/shared/events.py", "structlog"),
    ("The application knows no technology", "application/shared/bus.py", "psycopg"),
    ("The application knows no technology", "application/shared/bus.py", "litestar"),
    ("Only the infrastructure speaks to stores", "interfaces/rest/app.py", "psycopg"),
    ("Only the infrastructure speaks to stores", "interfaces/tracking/app.py", "nats"),
    ("Only the infrastructure speaks to stores", "bootstrap.py", "eventsourcing"),
    ("Only the interfaces know the web framework", "infrastructure/postgres/database.py", "litestar"),
    ("A worker has only what it runs", "worker.py", "duckdb"),
    ("A worker has only what it runs", "worker.py", "campaigns.application.trigger.ports"),
    ("The container appears only where the service is composed", "infrastructure/postgres/database.py", "punq"),
    ("The container appears only where the service is composed", "interfaces/rest/app.py", "punq"),
]


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def told(report: str, verdict: str) -> set[str]:
    """The contracts with this verdict: KEPT or BROKEN."""
    return set(re.findall(rf"^(.+?) {verdict}\b", report, re.MULTILINE))


@pytest.fixture
def outline(tmp_path: Path) -> Iterator[Path]:
    """A package with the same modules, all of them empty: what is then imported is what a test planted."""
    for module in PACKAGE.rglob("*.py"):
        copied = tmp_path / "campaigns" / module.relative_to(PACKAGE)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.touch()
    yield tmp_path
    shutil.rmtree(tmp_path / "campaigns")


def test_every_contract_holds() -> None:
    found = lint(PACKAGE.parent)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(("contract", "module", "imported"), PLANTED, ids=lambda part: part.rpartition("/")[2])
def test_a_planted_violation_is_noticed(outline: Path, contract: str, module: str, imported: str) -> None:
    planted = outline / "campaigns" / module
    assert planted.exists(), "the outline has this module"
    planted.write_text(f"import {imported}\n")
    found = lint(outline)
    assert found.returncode != 0
    assert contract in told(found.stdout, "BROKEN"), found.stdout


def test_every_contract_has_a_planted_violation() -> None:
    report = lint(PACKAGE.parent).stdout
    assert told(report, "KEPT") | told(report, "BROKEN") == {contract for contract, _, _ in PLANTED}
