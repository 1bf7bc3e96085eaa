"""docs/metrics.md from the catalogue. Run this module to write it."""

import ast
import sys
from pathlib import Path

from campaigns.infrastructure.telemetry import definitions
from campaigns.infrastructure.telemetry.definitions import Definition

_INTRODUCTION = """\
# Metrics

`GET /metrics` on the API's port, and on `OPERATIONS_PORT` of every other process. Each process shows its own figures;
the processes that `campaigns serve` starts together show their sums, whichever is asked. Made from
`infrastructure/telemetry/definitions.py`.

Labels are bounded: no tenant, no campaign, no person. Which worker it was, Prometheus' own `instance` says. What is
read from Postgres (queue, followers, executions) is looked at every 5 seconds by the one process that holds the lease
`projector`, so a scrape asks the database nothing; use `max(…)` over the instances, since a process that lost the
lease shows `NaN`. Names of former systems are kept where they say what is measured; their labels `organization` and
`campaign` are not, since they grow without bound.

Dashboards and alerts: `k8s/monitoring/`; what to do about each alert: [operating](operating.md).
"""
_HEAD = "| name | kind | labels | meaning | shown by |\n|---|---|---|---|---|"


def document() -> str:
    """The whole page."""
    sections = [f"## {title}\n\n{_HEAD}\n" + "\n".join(map(_row, figures)) for title, figures in _sections().items()]
    return "\n\n".join([_INTRODUCTION.rstrip(), *sections]) + "\n"


def _row(figure: Definition) -> str:
    labels = ", ".join(f"`{label}`" for label in figure.labels)
    return f"| `{figure.name}` | {figure.kind} | {labels} | {figure.meaning} | {figure.shown_by} |"


def _sections() -> dict[str, list[Definition]]:
    """The catalogue's figures under the comments that stand above them."""
    source = Path(str(definitions.__file__)).read_text()
    titles = {number: line[2:] for number, line in enumerate(source.splitlines(), 1) if line.startswith("# ")}
    lines = {
        node.targets[0].id: node.lineno
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    found: dict[str, list[Definition]] = {title: [] for title in titles.values()}
    for name, figure in vars(definitions).items():
        if isinstance(figure, Definition):
            found[titles[max(number for number in titles if number < lines[name])]].append(figure)
    return found


if __name__ == "__main__":
    sys.stdout.write(document())
