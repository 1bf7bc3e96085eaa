"""The digest behind holdout, variant and test sample."""

from typing import Protocol


class Digests(Protocol):
    """The digest behind allocation."""

    def __call__(self, subject: bytes) -> bytes:
        """xxh3_128, 16 bytes, big-endian."""
