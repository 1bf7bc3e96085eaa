"""A newcomer reads whole files and whole functions: both stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

SOURCES = sorted(path for path in Path("src/campaigns").rglob("*.py") if path.name != "__init__.py")


def _lines(path: Path) -> int:
    return sum(bool(line.strip()) for line in path.read_text().splitlines())


def _functions() -> Iterator[int]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                yield node.end_lineno - node.lineno + 1


def _p95(sizes: list[int]) -> float:
    return quantiles(sizes, n=20)[18]


def test_files_stay_small() -> None:
    sizes = [_lines(path) for path in SOURCES]
    assert (median(sizes) <= 60, _p95(sizes) <= 200) == (True, True), (median(sizes), _p95(sizes))


def test_functions_stay_small() -> None:
    sizes = list(_functions())
    assert (median(sizes) <= 8, _p95(sizes) <= 25) == (True, True), (median(sizes), _p95(sizes))
