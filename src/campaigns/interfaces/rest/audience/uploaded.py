"""Files as they are uploaded."""

from collections.abc import AsyncIterator

from litestar.datastructures import UploadFile

LARGEST = 2_100_000_000
_PIECE = 1_048_576


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """The file, a megabyte at a time."""
    while piece := await file.read(_PIECE):
        yield piece
