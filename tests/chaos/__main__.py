"""Breaks the running service on purpose, promise by promise, and keeps one line for each in chaos-results.txt.

A scenario is a module `r*.py` of this folder with

    ID = "R2"                      # of the promise, see docs/guarantees.md
    ROUNDS, SIZE, SHORT = 5, 100_000, 3_000
    async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]

which yields one `Outcome` for each seed. `ROUNDS` and `SIZE` are used when nothing else is asked for; `SHORT` is the
size that every test run uses, with one round. What a seed decides (who is killed, when) is the same each time; what the
machine does with it is not. The exit status is 1 when a promise was broken or a round could not be finished.
"""

import argparse
import asyncio
import importlib
import logging
import pkgutil
import re
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import tests.chaos
from tests.chaos.outcome import Outcome, line

RESULTS = Path("chaos-results.txt")


def main() -> None:
    logging.disable(logging.WARNING)  # connections break: that is the point
    asked = _arguments()
    found = {module.ID: module for module in scenarios()}
    if asked.list:
        for name in sorted(found, key=_number):
            print(f"{name:6} {(found[name].__doc__ or '').splitlines()[0]}")
        return
    wanted = asked.ids or sorted(found, key=_number)
    if unknown := [name for name in wanted if name not in found]:
        sys.exit(f"no scenario {', '.join(unknown)}; there are {', '.join(sorted(found, key=_number))}")
    kept = [_kept(found[name], asked.rounds, asked.seed, asked.size) for name in wanted]
    sys.exit(0 if all(kept) else 1)


def scenarios() -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(tests.chaos.__path__):
        if re.match(r"r\d+_", module.name):
            yield importlib.import_module(f"tests.chaos.{module.name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kills, cuts and freezes.")
    parser.add_argument("ids", nargs="*", help="Only these, e.g. R2; all when none is given.")
    parser.add_argument("--rounds", type=int, help="How many; each promise has a number of its own.")
    parser.add_argument("--seed", type=int, default=1, help="Of the first round; the next ones count on.")
    parser.add_argument("--size", type=int, help="People, commands or events of a round, as the scenario says.")
    parser.add_argument("--list", action="store_true", help="Show what there is.")
    return parser.parse_args()


def _kept(scenario: ModuleType, rounds: int | None, seed: int, size: int | None) -> bool:
    outcomes: list[Outcome] = []
    seeds = range(seed, seed + (rounds or scenario.ROUNDS))
    try:
        asyncio.run(_play(scenario, seeds, size or scenario.SIZE, outcomes))
    except Exception:  # noqa: BLE001 - the other promises are still to be looked at
        traceback.print_exc()
    finished = len(outcomes) == len(seeds)
    _keep(line(scenario.ID, outcomes, seed) + ("" if finished else f" UNFINISHED={len(seeds) - len(outcomes)}"))
    return finished and all(outcome.kept() for outcome in outcomes)


async def _play(scenario: ModuleType, seeds: range, size: int, outcomes: list[Outcome]) -> None:
    began = time.monotonic()
    async for outcome in scenario.run(seeds, size):
        outcomes.append(outcome)
        number, seconds, began = len(outcomes), time.monotonic() - began, time.monotonic()
        progress = line(f"{scenario.ID} round {number}/{len(seeds)}", [outcome], seeds[number - 1])
        print(f"  {progress} ({seconds:.1f} s)", file=sys.stderr, flush=True)
        for promise in outcome.broken:
            print(f"  BROKEN: {promise}", file=sys.stderr, flush=True)


def _keep(found: str) -> None:
    print(found, flush=True)
    with RESULTS.open("a") as results:
        results.write(found + "\n")


def _number(name: str) -> int:
    return int(name[1:])


if __name__ == "__main__":
    main()
