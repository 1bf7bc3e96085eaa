"""One planned contact: its states, and the name by which the outside world knows it."""

from enum import StrEnum

_DIGITS = 10  # as many as the largest 32-bit number has


class MessageState(StrEnum):
    """Where one planned contact stands. Engagement (opened, clicked …) is facts beside the state."""

    HOLDOUT = "holdout"
    CONTROL = "control"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


def message_id(execution_no: int, seq: int) -> str:
    """The name of one message for ever: idempotency key towards providers, and the same again when re-sent."""
    return f"{execution_no}-{seq}"


def parse_message_id(text: str) -> tuple[int, int] | None:
    """(execution_no, seq), or None when the text is no message id."""
    execution_no, dash, seq = text.partition("-")
    if not dash or not _is_number(execution_no) or not _is_number(seq):
        return None
    return int(execution_no), int(seq)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= _DIGITS
