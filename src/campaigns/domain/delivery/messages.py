"""One planned contact: its states, and the name by which the outside world knows it."""

import re
from enum import StrEnum

_MESSAGE_ID = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")  # as many digits as the largest 32-bit number has


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
    found = _MESSAGE_ID.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]))
