"""Rows of an upload, numbered as its author sees them: the header is row 1."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from campaigns.infrastructure.audience.importing.limits import Refused

Row = tuple[int, Sequence[str | None]]
_DELIMITERS = ",;\t|"
_PEEK = 65_536


def csv_rows(path: Path) -> Iterator[Row]:
    """UTF-8, with comma, semicolon, tab or bar; an empty cell is no value."""
    csv.field_size_limit(1_048_576)
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = file.readline(_PEEK)
            delimiter = max(_DELIMITERS, key=header.count)
            file.seek(0)
            for number, row in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
                yield number, [cell or None for cell in row]
        except UnicodeDecodeError as error:
            raise Refused("the file is not UTF-8 text") from error
        except csv.Error as error:
            raise Refused(f"the file is not CSV: {error}") from error


def xlsx_rows(path: Path) -> Iterator[Row]:
    """The first sheet."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  only in the child process

    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, [_written(cell) for cell in row]
    except CalamineError as error:
        raise Refused(f"the spreadsheet cannot be read: {error}") from error


def _written(cell: object) -> str | None:
    """A cell as its text; whole numbers without a fraction, instants in UTC."""
    match cell:
        case None | "":
            return None
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case datetime():
            return cell.replace(tzinfo=cell.tzinfo or UTC).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
    return str(cell)
