"""What a run came to, and what a change changed."""

from typing import Any

from msgspec import Struct


class Totals(Struct, frozen=True, kw_only=True):
    """What a campaign's run came to, in people. `skipped` counts holdout and control in; `delivered` is what was
    reported by then, None where nobody said.
    """

    audience: int = 0
    sent: int = 0
    delivered: int | None = None
    failed: int = 0
    skipped: int = 0
    uncertain: int = 0
    cancelled: int = 0


class Change(Struct, frozen=True):
    """One field before and after, as JSON values."""

    old: Any
    new: Any
