"""Pictures and pages for whoever reads them: in colours of the page, in words, and with nothing from elsewhere."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from campaigns.application.analytics.figures import Population, Slot, SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.domain.analytics.measures import Counts
from campaigns.domain.delivery.accounting import Accounting
from campaigns.interfaces.pictures.accounting import delivery_accounting
from campaigns.interfaces.pictures.canvas import Picture, as_inline_svg, as_png, as_svg
from campaigns.interfaces.pictures.charts import funnel_of, series_of
from campaigns.interfaces.pictures.intervals import Row, intervals
from campaigns.interfaces.pictures.numbers import amount, p_value, points, probability, rate, share

_SVG = "{http://www.w3.org/2000/svg}"
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def metrics(**counts: int) -> MetricsView:
    return MetricsView(
        campaign_id=uuid4(),
        totals=Counts(**counts),
        population=Population(audience=1000 if counts else 0),
        lift=None,
        breakdown=None,
        series=None,
    )


def pictures() -> list[Picture]:
    hours = [SlotFigures(slot=Slot(hour=MIDNIGHT + timedelta(hours=n)), counts=Counts(opened=n)) for n in (0, 5)]
    rows = [Row(label="Save 5 $ or 10 $ <b>", value=0.1, low=0.08, high=None, note="9 people")]
    return [
        funnel_of(metrics(sent=900, delivered=890, opened=300, clicked=80, converted=3)),
        funnel_of(metrics()),
        series_of(hours, "Europe/Paris"),
        series_of([], "UTC"),
        intervals(rows, name="variants", title="Rate", axis="rate", written=rate),
        delivery_accounting(Accounting(audience=12, holdout=2, sent=9, uncertain=1)),
        delivery_accounting(Accounting()),
    ]


def words(picture: Picture) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(as_svg(picture)).iter(f"{_SVG}text")]


@pytest.mark.parametrize("picture", pictures(), ids=lambda picture: picture.name)
def test_a_picture_is_an_image_that_says_what_it_shows(picture: Picture) -> None:
    drawn = ET.fromstring(as_svg(picture))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == f"{picture.title}: {picture.description}"
    assert as_png(picture).startswith(b"\x89PNG")


def test_its_text_is_text_and_its_numbers_are_the_figures() -> None:
    shown = words(pictures()[0])
    assert {"From the audience to conversions", "Audience", "1,000", "900", "33.7 % of delivered"} <= set(shown)


def test_a_name_is_shown_as_it_is_written() -> None:
    assert "Save 5 $ or 10 $ <b>" in words(pictures()[4])


def test_hours_without_anything_are_in_the_series_too() -> None:
    assert "in the wall clock" not in pictures()[2].description
    assert "from 21 Nov 2026 01:00 to 21 Nov 2026 06:00 (Europe/Paris)" in pictures()[2].description


@pytest.mark.parametrize("picture", pictures(), ids=lambda picture: picture.name)
def test_within_a_page_a_picture_takes_the_pages_colours_and_ids_of_its_own(picture: Picture) -> None:
    inline = as_inline_svg(picture)
    assert re.findall(r"#[0-9a-f]{6}", inline) == []
    assert all(name.startswith(f"{picture.name}-") for name in re.findall(r' id="([^"]+)"', inline))


def test_the_same_figures_are_the_same_picture() -> None:
    assert as_svg(pictures()[0]) == as_svg(pictures()[0])


def test_numbers_are_written_as_people_read_them() -> None:
    assert [share(1, 3), share(0, 3), share(1, 200), share(1, 10**6), share(1, 0)] == [
        "33.3 %",
        "0.0 %",
        "0.50 %",
        "< 0.01 %",
        "\N{EN DASH}",
    ]
    assert [points(0.00681), points(-0.002), points(None)] == ["+0.68", "\N{MINUS SIGN}0.20", "no limit"]
    assert [probability(0.99999), probability(1e-9), probability(0.42)] == ["> 99.9 %", "< 0.1 %", "42.0 %"]
    assert [p_value(1.5e-13), p_value(0.904)] == ["1.5e-13", "0.904"]
    assert [amount(1234.5), amount(0.0123), amount(0.25), amount(0)] == ["1,234.50", "0.0123", "0.25", "0.00"]


def test_only_who_draws_loads_what_draws() -> None:
    """Half a second and 45 MB, which no worker and no answer in JSON should pay for."""
    code = "import sys, campaigns.interfaces.rest.routing; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
