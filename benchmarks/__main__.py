"""Runs benchmarks, one after the other, and keeps their lines in bench-results.txt.

A benchmark is a module of this package with an `ID` and `run() -> Iterable[str]`, which gives one line for each
finding, in the form of `benchmarks.reporting.line`.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import benchmarks

RESULTS = Path("bench-results.txt")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks against their floors.")
    parser.add_argument("ids", nargs="*", help="Only these, e.g. P2; all when none is given.")
    parser.add_argument("--list", action="store_true", help="Show what there is.")
    asked = parser.parse_args()
    found = {module.ID: module for module in _discovered()}
    if asked.list:
        for name, module in sorted(found.items()):
            print(f"{name:6} {(module.__doc__ or '').splitlines()[0]}")
        return
    wanted = asked.ids or sorted(found)
    if unknown := [name for name in wanted if name not in found]:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(sorted(found))}")
    for name in wanted:
        _keep(found[name].run())


def _discovered() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"benchmarks.{module.name}")
            if hasattr(loaded, "ID"):
                yield loaded


def _keep(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)
        with RESULTS.open("a") as results:
            results.write(line + "\n")


if __name__ == "__main__":
    main()
