"""What the documents point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
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
