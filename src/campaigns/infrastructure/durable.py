"""What must be on disk before anything relies on it."""

import os
from pathlib import Path


def synced(path: Path) -> None:
    """Have a file or a folder on disk: a file's contents, a folder's list of names. Blocks."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
