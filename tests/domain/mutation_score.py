"""After a mutation run: for each context, how many broken versions of the domain its tests noticed.

One line for each that a program can read. `timeouts` are noticed as well: the tests never ended. `untested` ones were
reached by no test: what runs while a module is imported cannot be broken afterwards.
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants/src/campaigns/domain")


def counted() -> dict[str, Counter[str]]:
    """How many mutants ended how, by context."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for file in sorted(MUTANTS.rglob("*.meta")):
        ends = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        found[file.relative_to(MUTANTS).parts[0]].update(status_by_exit_code[end] for end in ends)
    return found


def line(context: str, ended: Counter[str]) -> str:
    killed, timeouts, survived = ended["killed"], ended["timeout"], ended["survived"]
    others = ended.total() - killed - timeouts - survived
    score = (killed + timeouts) / ended.total()
    return f"{context} score={score:.3f} killed={killed} survived={survived} timeouts={timeouts} untested={others}"


if __name__ == "__main__":
    contexts = {context: ended for context, ended in counted().items() if ended}
    everything = sum(contexts.values(), Counter[str]())
    sys.stdout.write("\n".join([line(*item) for item in contexts.items()] + [line("domain", everything)]) + "\n")
