"""What an upload may be, and what reading it may cost."""

from msgspec import Struct


class ImportLimits(Struct, frozen=True, kw_only=True):
    """Bytes, rows, seconds. The child process that reads has these as its own limits; it cannot cost more."""

    file_bytes: int = 2_000_000_000
    unpacked_bytes: int = 4_000_000_000
    ratio: int = 200  # unpacked to packed, of a spreadsheet's parts
    cells: int = 50_000_000
    columns: int = 500
    rows: int = 50_000_000
    text: int = 10_000
    address_space: int = 3_000_000_000  # beyond what the reader's libraries hold before they see the file
    engine_mb: int = 512
    written_bytes: int = 20_000_000_000
    cpu_seconds: int = 1_800
    wall_seconds: int = 3_600
    rejections: int = 1_000


class Refused(Exception):  # noqa: N818  it is not an error of ours
    """The file as a whole cannot be taken in; says why, for whoever uploaded it."""
