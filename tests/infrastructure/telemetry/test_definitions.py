"""The catalogue of figures keeps Prometheus' conventions, and the documentation keeps to the catalogue."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from campaigns.infrastructure.telemetry.definitions import CATALOGUE, LEASE_LOSSES, Definition
from campaigns.infrastructure.telemetry.documentation import document
from campaigns.infrastructure.telemetry.instruments import Instruments

_UNBOUNDED = {"tenant", "tenant_id", "campaign", "campaign_id", "execution", "user", "user_id", "worker", "path"}
_NOT_BASE_UNITS = re.compile(r"_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|percent)(_|$)")
EVERY = pytest.mark.parametrize("figure", CATALOGUE, ids=lambda figure: figure.name)


@EVERY
def test_a_name_says_kind_and_unit(figure: Definition) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", figure.name)
    assert figure.name.startswith(("campaigns_", "campaign_", "api_"))
    assert figure.name.endswith("_total") == (figure.kind == "counter")
    assert not figure.name.endswith(("_count", "_sum", "_bucket")), "the endings of histograms"
    assert not _NOT_BASE_UNITS.search(figure.name)
    assert "counter" not in figure.name
    assert figure.kind not in figure.name.split("_")


@EVERY
def test_labels_are_bounded(figure: Definition) -> None:
    assert not _UNBOUNDED & set(figure.labels)
    assert not {"le", "quantile", "instance", "job"} & set(figure.labels), "Prometheus' own"
    assert len(figure.labels) <= 3
    assert len(figure.buckets) <= 15


@EVERY
def test_a_meaning_is_given(figure: Definition) -> None:
    assert figure.meaning
    assert not figure.meaning.endswith(".")


def test_names_are_unique() -> None:
    assert len({figure.name for figure in CATALOGUE}) == len(CATALOGUE)


def test_every_figure_can_be_made_and_is_read_by_prometheus_parser() -> None:
    registry = CollectorRegistry()
    instruments = Instruments(registry)
    for figure in CATALOGUE:
        instrument = getattr(instruments, figure.kind)(figure)
        child = instrument.labels(*figure.labels) if figure.labels else instrument
        {"counter": lambda c: c.inc, "gauge": lambda g: g.set, "histogram": lambda h: h.observe}[figure.kind](child)(1)
    families = {family.name for family in text_string_to_metric_families(openmetrics(registry).decode())}
    assert families == {figure.name.removesuffix("_total") for figure in CATALOGUE}
    assert generate_latest(registry)


def test_a_figure_is_not_taken_for_another_kind() -> None:
    with pytest.raises(TypeError, match="is a counter"):
        Instruments(CollectorRegistry()).gauge(LEASE_LOSSES)


def test_the_documentation_shows_the_catalogue() -> None:
    assert Path("docs/metrics.md").read_text() == document()
