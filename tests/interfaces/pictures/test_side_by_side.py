"""Variants without a test are told beside each other, and nothing is concluded."""

from decimal import Decimal
from uuid import UUID

from campaigns.application.analytics.figures import Population, Slot, SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.domain.analytics.measures import Counts
from campaigns.interfaces.pictures.numbers import NOTHING
from campaigns.interfaces.pictures.side_by_side import side_by_side

NOBODY = SlotFigures(slot=Slot(), counts=Counts(sent=7))


def variant(name: str, counts: Counts) -> SlotFigures:
    return SlotFigures(slot=Slot(variant_id=f"id-{name}", variant=name), counts=counts)


def metrics(*parts: SlotFigures) -> MetricsView:
    return MetricsView(
        campaign_id=UUID(int=1),
        totals=Counts(),
        population=Population(audience=0, holdout=0),
        lift=None,
        breakdown=parts,
        series=None,
    )


def test_each_variant_has_its_line_in_the_order_of_names() -> None:
    direct = Counts(sent=200, delivered=100, opened=30, clicked=12, converted=3, revenue={"EUR": Decimal("53.5")})
    friendly = Counts(sent=100, delivered=0)
    (section,) = side_by_side(metrics(variant("B", direct), NOBODY, variant("A", friendly)))
    assert section.table is not None
    assert section.table.rows == [
        ("A", "100", *[NOTHING] * 5),
        ("B", "200", "30.0 %", "12.0 %", "3.0 %", "0.0 %", "53.50\N{NO-BREAK SPACE}EUR"),
    ]


def test_a_single_variant_is_not_compared() -> None:
    assert not list(side_by_side(metrics(variant("A", Counts(sent=1)), NOBODY)))
