"""Recipients as CSV, streamed page by page. A cell that a spreadsheet would run as a formula is made text."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from msgspec.structs import replace

from campaigns.application.delivery.queries.list_recipients import ListRecipients
from campaigns.application.delivery.readings import RecipientPage, RecipientView
from campaigns.application.shared.bus import Bus

COLUMNS = RecipientView.__struct_fields__
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


async def csv_of(bus: Bus, query: ListRecipients, page: RecipientPage) -> AsyncIterator[bytes]:
    """Every match, beginning with a page that was read already."""
    yield _lines([COLUMNS])
    while True:
        yield _lines([[cell(getattr(recipient, name)) for name in COLUMNS] for recipient in page.recipients])
        if page.next_cursor is None:
            return
        page = await bus(replace(query, cursor=page.next_cursor))


def cell(value: Any) -> str:
    """A value as one cell; text that begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
