"""A look at what a file declares, before anything parses it."""

import errno
import re
import zipfile
import zlib
from pathlib import Path

from campaigns.infrastructure.audience.importing.limits import ImportLimits, Refused

_PIECE = 1_048_576
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,4})([0-9]{1,10})"')
_LONGEST_CELL_START = 200
_LETTERS = 26
_NO_PARQUET = "the file is not a Parquet file"
_NO_WORKBOOK = "the file is not a spreadsheet in the format .xlsx"
_SMALLEST_PARQUET = 8  # bytes: its mark at both ends
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, EOFError, UnicodeError)
"""What the library says of no archive, of a damaged one, and of one with a password or packed in an unusual way."""


def prescan(path: Path, file_format: str, limits: ImportLimits) -> None:
    """Raises Refused."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise Refused(f"the file has more than {limits.file_bytes:,} bytes")
    if size == 0:
        raise Refused("the file is empty")
    if file_format == "xlsx":
        _prescan_workbook(path, limits)
    elif file_format == "parquet":
        _require_parquet(path, size)


def _require_parquet(path: Path, size: int) -> None:
    if size < _SMALLEST_PARQUET:
        raise Refused(_NO_PARQUET)
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(-4, 2)
        if head != b"PAR1" or file.read(4) != b"PAR1":
            raise Refused(_NO_PARQUET)


def _prescan_workbook(path: Path, limits: ImportLimits) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            _require_sane_parts(parts, limits)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _prescan_sheet(book, part, limits)
    except _BROKEN as error:
        raise Refused(_NO_WORKBOOK) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a part that claims to begin before the file does
            raise
        raise Refused(_NO_WORKBOOK) from error


def _require_sane_parts(parts: list[zipfile.ZipInfo], limits: ImportLimits) -> None:
    if sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise Refused(f"unpacked, the spreadsheet would have more than {limits.unpacked_bytes:,} bytes")
    for part in parts:
        if part.file_size > _PIECE and part.file_size > limits.ratio * max(part.compress_size, 1):
            raise Refused("the spreadsheet is packed suspiciously tight")


def _prescan_sheet(book: zipfile.ZipFile, part: zipfile.ZipInfo, limits: ImportLimits) -> None:
    """The parser makes room for everything up to the last cell, however empty: so that is what counts."""
    columns = rows = unpacked = 0
    rest = b""
    with book.open(part) as sheet:
        while piece := sheet.read(_PIECE):
            unpacked += len(piece)
            if unpacked > limits.unpacked_bytes:
                raise Refused(f"unpacked, the spreadsheet would have more than {limits.unpacked_bytes:,} bytes")
            for letters, number in _CELL.findall(rest + piece):
                columns, rows = max(columns, _column(letters)), max(rows, int(number))
            rest = piece[-_LONGEST_CELL_START:]
    if columns > limits.columns:
        raise Refused(f"the spreadsheet has more than {limits.columns} columns")
    if columns * rows > limits.cells:
        raise Refused(f"the spreadsheet has more than {limits.cells:,} cells")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number
