"""What an uploaded file is, by its name."""

from collections.abc import Iterator
from typing import Literal

from campaigns.domain.shared.errors import Violation

FORMATS: dict[str, Literal["csv", "xlsx", "parquet"]] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
LONGEST_FILE_NAME = 255


def ending_of(file_name: str) -> str:
    """From the last dot on, in lower case; empty without one."""
    return file_name[file_name.rfind(".") :].lower() if "." in file_name else ""


def unknown_format(file_name: str) -> Iterator[Violation]:
    if ending_of(file_name) not in FORMATS:
        yield Violation("/file", f"the file's name must end in {', '.join(FORMATS)}")


def shown_name(file_name: str) -> str:
    """As it is kept."""
    return file_name[-LONGEST_FILE_NAME:].replace("\0", "")
