"""The image: built by the rules, run as nobody in particular."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HADOLINT = Path(sys.executable).with_name("hadolint")


@pytest.fixture(scope="module")
def instructions() -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HADOLINT, "--no-color", file], capture_output=True, text=True, check=False, timeout=60)


def test_hadolint_finds_nothing() -> None:
    found = hadolint(ROOT / "Dockerfile")
    assert found.returncode == 0, found.stdout


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd / && sudo pip install x\n")
    assert hadolint(tmp_path / "Dockerfile").returncode != 0


def test_dependencies_are_installed_by_their_hashes(instructions: list[str]) -> None:
    assert any("--require-hashes -r requirements.lock" in line for line in instructions)


def test_the_last_stage_runs_as_a_numbered_user_with_a_passwd_entry(instructions: list[str]) -> None:
    last = instructions[max(index for index, line in enumerate(instructions) if line.startswith("FROM")) :]
    assert [line for line in last if line.startswith("USER")] == ["USER 10001:10001"]
    assert any("useradd --uid 10001" in line for line in last)


def test_no_secret_has_a_value_in_the_image(instructions: list[str]) -> None:
    set_here = " ".join(line for line in instructions if line.startswith(("ENV", "ARG")))
    assert not re.search(r"PASSWORD|TOKEN|SECRET|KEYS|DATABASE_URL", set_here)


def test_callers_need_a_key_in_the_image(instructions: list[str]) -> None:
    assert any("CAMPAIGNS_LOCAL_ACCESS=false" in line for line in instructions)


def test_its_health_is_asked_without_any_other_program(instructions: list[str]) -> None:
    (check,) = (line for line in instructions if line.startswith("HEALTHCHECK"))
    code = check.partition('"-c", "')[2].rpartition('"]')[0]
    compile(code, "HEALTHCHECK", "exec")
    assert "/health" in code


def test_only_what_is_built_from_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    for copied in ("requirements.lock", "pyproject.toml", "README.md", "src"):
        assert f"!{copied}" in rules
        assert (ROOT / copied).exists()
