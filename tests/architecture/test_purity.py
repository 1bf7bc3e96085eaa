"""The core is plain and takes time, ids and chance as arguments: told from the syntax of every file."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
DOMAIN = sorted((SOURCE / "campaigns" / "domain").rglob("*.py"))
APPLICATION = sorted((SOURCE / "campaigns" / "application").rglob("*.py"))
_ALLOWED = {*sys.stdlib_module_names, "msgspec"}
_FORBIDDEN_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.date.today",
    "time.time", "time.time_ns", "uuid.uuid1", "uuid.uuid4", "uuid4", "uuid1", "os.urandom", "urandom",
}  # fmt: skip
_CHANCE = {"random", "secrets"}


def modules_imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def impurities(code: str) -> list[str]:
    """Ambient time, identity or chance, as they are written."""
    tree = ast.parse(code)
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [name for name in called if name in _FORBIDDEN_CALLS or name.partition(".")[0] in _CHANCE]
    return found + [name for name in modules_imported(tree) if name.partition(".")[0] in _CHANCE]


def foreign_imports(code: str) -> list[str]:
    return [name for name in modules_imported(ast.parse(code)) if not _is_domestic(name)]


def _is_domestic(name: str) -> bool:
    return name.partition(".")[0] in _ALLOWED or name == "campaigns.domain" or name.startswith("campaigns.domain.")


@pytest.mark.parametrize("module", DOMAIN, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_of_the_domain_imports_the_standard_library_msgspec_and_the_domain(module: Path) -> None:
    assert foreign_imports(module.read_text()) == []


@pytest.mark.parametrize("module", DOMAIN + APPLICATION, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_of_the_core_takes_time_ids_and_chance_as_arguments(module: Path) -> None:
    assert impurities(module.read_text()) == []


@pytest.mark.parametrize("code", ["import psycopg", "from campaigns.application.shared import bus", "from . import x"])
def test_a_foreign_import_is_noticed(code: str) -> None:
    assert foreign_imports(code)


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "uuid4()",
        "import random",
        "from secrets import token_hex",
        "time.time()",
        "random.random()",
    ],
)
def test_an_impurity_is_noticed(code: str) -> None:
    assert impurities(code)
