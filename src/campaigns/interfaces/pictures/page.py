"""A report as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment

from campaigns.interfaces.pictures.canvas import as_inline_svg
from campaigns.interfaces.pictures.gathering import Gathered
from campaigns.interfaces.pictures.layout import Section
from campaigns.interfaces.pictures.sections import cards, sections

CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(found: Gathered) -> bytes:
    """Takes some tenths of a second: its pictures are drawn."""
    campaign, local = found.campaign, ZoneInfo(found.zone)
    return (
        _template()
        .render(
            name=campaign.name,
            description=campaign.description,
            facts=[campaign.mode.replace("_", "-"), campaign.status, *campaign.tags],
            made_at=f"{found.at.astimezone(local):%d %B %Y, %H:%M} {found.zone}",
            machine_time=found.at.isoformat(),
            cards=[{"label": card.label, "figure": card.figure, "note": card.note} for card in cards(found)],
            sections=[_shown(section) for section in sections(found)],
            id=str(campaign.id),
        )
        .encode()
    )


@cache
def _template() -> BoundTemplate:
    # Escapes whatever it is given, unless it says `safe`: only our own drawings do.
    text = (files(__package__) / "report.html").read_text("utf-8")
    return Environment(autoescape=True).from_string(text)


def _shown(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "words": list(section.words),
        "picture": as_inline_svg(section.picture) if section.picture else None,
        "columns": list(section.table.columns) if section.table else None,
        "rows": [list(row) for row in section.table.rows] if section.table else [],
    }
