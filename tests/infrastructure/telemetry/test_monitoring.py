"""Dashboards and alerts ask for figures that exist, by labels that they have."""

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from campaigns.infrastructure.telemetry.definitions import CATALOGUE, Definition

MONITORING = Path("k8s/monitoring")
DASHBOARD = MONITORING / "dashboards" / "campaigns.json"
OPERATING = Path("docs/operating.md")
_OF_PROMETHEUS = {"le", "instance", "job", "pod", "namespace"}
_WORDS = set("sum rate max min increase histogram_quantile by and or absent time".split())
_SERIES = re.compile(r"\b((?:campaigns?|api)_[a-z0-9_]+)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'\s*([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"\s*')
_BY = re.compile(r"\bby\s*\(([^)]*)\)")
_TOKEN = re.compile(r'\s+|[a-z_][a-z0-9_]*|"[^"]*"|\d+(?:\.\d+)?(?:e\d+)?|\[\d+[smhd]\]|[(){},+/*<>-]|==|!=|=~|!~|=')


def alerts() -> list[dict[str, Any]]:
    document = yaml.safe_load((MONITORING / "rules.yaml").read_text())
    return [rule for group in document["spec"]["groups"] for rule in group["rules"]]


def asked() -> Iterator[tuple[str, str]]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for number, target in enumerate(panel.get("targets", ())):
            yield f"{panel['title']} {number}", target["expr"]
    for alert in alerts():
        yield alert["alert"], alert["expr"]


def series() -> dict[str, Definition]:
    """By the name of each series a figure shows."""
    found = {figure.name: figure for figure in CATALOGUE if figure.kind != "histogram"}
    for figure in CATALOGUE:
        if figure.kind == "histogram":
            found |= {figure.name + ending: figure for ending in ("_bucket", "_sum", "_count")}
    return found


def problems(expression: str) -> list[str]:
    """What is wrong with a PromQL expression, as far as it can be told without Prometheus."""
    found = []
    if "".join(_TOKEN.findall(expression)) != expression or expression.count("(") != expression.count(")"):
        found.append("it does not read as PromQL")
    known, labels = series(), set(_OF_PROMETHEUS)
    for name, matchers in _SERIES.findall(expression):
        if name not in known:
            found.append(f"there is no {name}")
            continue
        labels |= set(known[name].labels)
        for matcher in filter(None, matchers.split(",")):
            matched = _MATCHER.fullmatch(matcher)
            if matched is None or matched.group(1) not in {*known[name].labels, *_OF_PROMETHEUS}:
                found.append(f"{name} has no label like {matcher}")
        if known[name].kind == "counter" and not re.search(rf"(rate|increase)\({name}", expression):
            found.append(f"{name} only grows: ask for its rate")
    for group in _BY.findall(expression):
        found += [f"nothing has the label {label}" for label in re.split(r",\s*", group) if label not in labels]
    words = set(re.findall(r"(?<![\w\"{,~=])([a-z_]+)\s*\(", expression))
    return found + [f"there is no function {word}" for word in words - _WORDS]


EXPRESSIONS = pytest.mark.parametrize("expression", [pytest.param(expression, id=name) for name, expression in asked()])


@EXPRESSIONS
def test_an_expression_asks_for_what_there_is(expression: str) -> None:
    assert problems(expression) == []


@pytest.mark.parametrize(
    "expression",
    [
        "max(campaigns_queue_length)",
        "sum by (colour) (campaigns_queue_messages)",
        'max(campaigns_queue_messages{colour="red"})',
        "sum(campaigns_facts_total)",
        "max(campaigns_queue_messages",
        "median(campaigns_queue_messages)",
        "histogram_quantile(0.9, sum by (le) (rate(campaigns_fold_seconds[5m])))",
    ],
)
def test_a_wrong_expression_is_noticed(expression: str) -> None:
    assert problems(expression)


def test_the_dashboard_is_the_one_that_its_program_writes() -> None:
    assert DASHBOARD.read_text() == runpy.run_path(str(DASHBOARD.with_name("generate.py")))["written"]()


def test_the_panels_do_not_cover_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells


def test_every_figure_about_trouble_is_on_the_dashboard_or_wakes_somebody() -> None:
    everything = " ".join(expression for _, expression in asked())
    for figure in CATALOGUE:
        if re.search(r"lag|waiting|dropped|losses|open|held|uncertain|free|oldest", figure.name):
            assert figure.name in everything, figure.name


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"warning", "critical"}
    assert alert["annotations"]["summary"]
    sections = OPERATING.read_text().split("\n### ")
    (section,) = (section for section in sections if section.startswith(alert["alert"] + "\n"))
    assert "**Means**" in section
    assert "**Do**" in section


def test_the_component_lists_every_file() -> None:
    listed = yaml.safe_load((MONITORING / "kustomization.yaml").read_text())
    files = {*listed["resources"], *(patch["path"] for patch in listed["patches"])}
    assert files == {file.name for file in MONITORING.glob("*.yaml")} - {"kustomization.yaml"}
    assert [file for generated in listed["configMapGenerator"] for file in generated["files"]] == [
        str(DASHBOARD.relative_to(MONITORING))
    ]
