"""CSV for people who open it with a spreadsheet: no cell of text is run as a formula."""

import csv
import io
from collections.abc import Sequence

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Sequence[object]) -> bytes:
    """One line with its end; None is an empty cell, numbers stay numbers."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([defused(cell) for cell in cells])
    return text.getvalue().encode()


def defused(cell: object) -> object:
    """The cell with an apostrophe in front where a spreadsheet would take the text for a formula."""
    if isinstance(cell, str) and cell.startswith(_TRIGGERS):
        return f"'{cell}"
    return cell
