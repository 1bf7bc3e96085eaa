"""What the documents point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from campaigns.infrastructure.settings import Settings, variables
from campaigns.infrastructure.settings_sources import effective

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
_ROW = re.compile(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \| ([^|]*) ?\|", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
_FILE = re.compile(r"`([\w/.,{}-]+\.(?:py|sql|feature))`")
_BRACES = re.compile(r"\{([^}]*)\}")


def written_out(name: str) -> Iterator[str]:
    """`{a,b}.py` is two files."""
    if found := _BRACES.search(name):
        for each in found[1].split(","):
            yield from written_out(name.replace(found[0], each, 1))
    else:
        yield name


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in DOCUMENTS
        for link in _LINK.findall(document.read_text())
        if not (document.parent / link).exists()
    ]
    assert broken == []


def test_every_file_that_a_decision_names_exists() -> None:
    places = ("src", "tests", "features", "benchmarks")
    files = [f"/{path.relative_to(ROOT)}" for place in places for path in (ROOT / place).rglob("*.*")]
    missing = [
        f"{decision.name}: {file}"
        for decision in DECISIONS
        for name in _FILE.findall(decision.read_text())
        for file in written_out(name)
        if not any(path.endswith(f"/{file}") for path in files)
    ]
    assert missing == []


def test_every_setting_is_documented_with_its_default() -> None:
    told = {name: default.strip() for names, default in _ROW.findall(SETTINGS) for name in re.findall(r"\w+", names)}
    defaults = {name: "" if value is None else _plain(value) for name, value in effective(Settings()).items()}
    assert told == defaults


def test_every_variable_of_a_setting_is_documented() -> None:
    named = {name for field in Settings.__struct_fields__ for name in variables(field)}
    assert named - set(re.findall(r"`([A-Z_]+)`", SETTINGS)) == set()


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
