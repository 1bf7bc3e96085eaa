"""What no file of the project may contain."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "campaigns"
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".sql",
    ".yaml",
    ".yml",
    ".feature",
    ".lock",
    ".json",
    ".html",
    ".js",
    ".css",
    ".golden",
    "",
}
# Assembled, so that this file does not find itself.
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:" + "home|Users|root|work" + r")/(?!\.)[A-Za-z0-9_-]+/")
_INDEX = re.compile(
    "|".join(
        [
            "--index" + "-url",
            "--extra-index" + "-url",
            "py" + "pi" + r"\.",
            "artifact" + "ory",
            "files." + "pythonhosted",
        ]
    )
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return [file for file in files if file.is_file() and file.suffix in _TEXT]


def container_children(code: str) -> list[int]:
    """Lines that make a child container: punq's hand out another one's instances."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "child" and not call.args and not call.keywords
    ]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = tracked()
    assert len(found) > 100
    return found


def test_no_file_names_a_place_on_somebodys_machine(files: list[Path]) -> None:
    assert [str(file) for file in files if _MACHINE_PATH.search(file.read_text(errors="replace"))] == []


def test_no_file_names_a_package_index(files: list[Path]) -> None:
    assert [str(file) for file in files if _INDEX.search(file.read_text(errors="replace"))] == []


@pytest.mark.parametrize("text", ["see /" + "home/somebody/project/file", "cp /" + "Users/somebody/x ."])
def test_a_machine_path_is_noticed(text: str) -> None:
    assert _MACHINE_PATH.search(text)


def test_no_module_makes_a_child_container() -> None:
    found = {str(file): container_children(file.read_text()) for file in PACKAGE.rglob("*.py")}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_a_child_container_is_noticed() -> None:
    assert container_children("scope = container.child()") == [1]
