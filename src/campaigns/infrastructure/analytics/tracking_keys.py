"""The secrets behind tracking tokens: from the settings, else made once and kept in the home directory."""

import os
import secrets
from pathlib import Path

from campaigns.domain.analytics.tokens import TrackingKeys

_FILE = "tracking.keys"
_SECRET_BYTES = 32
_SHORTEST_SECRET = 16
_HIGHEST_KEY_ID = 255


class TrackingKeysError(ValueError):
    """The configured keys cannot be used; the message says which entry and why, never the secret."""


def parse_tracking_keys(text: str) -> TrackingKeys:
    """Keys as `id:hex[,id:hex…]`, ids 0 to 255, secrets of 16 bytes or more; the first signs, all verify."""
    entries = [_entry(part) for part in text.replace("\n", ",").split(",") if part.strip()]
    if not entries:
        raise TrackingKeysError("no tracking key is given")
    return TrackingKeys(current=entries[0][0], secrets=dict(entries))


def persisted_tracking_keys(home: Path) -> TrackingKeys:
    """The keys of this home; made at the first call, readable by its owner alone."""
    path = home / _FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return parse_tracking_keys(path.read_text())
    with os.fdopen(descriptor, "w") as file:
        file.write(f"1:{secrets.token_hex(_SECRET_BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())
    return parse_tracking_keys(path.read_text())


def _entry(part: str) -> tuple[int, bytes]:
    key_id, _, secret = part.strip().partition(":")
    if not key_id.isascii() or not key_id.isdecimal() or int(key_id) > _HIGHEST_KEY_ID:
        raise TrackingKeysError("a tracking key begins with an id from 0 to 255 and a colon")
    try:
        raw = bytes.fromhex(secret)
    except ValueError as error:
        raise TrackingKeysError(f"the secret of tracking key {key_id} is not hexadecimal") from error
    if len(raw) < _SHORTEST_SECRET:
        raise TrackingKeysError(f"the secret of tracking key {key_id} is shorter than {_SHORTEST_SECRET} bytes")
    return int(key_id), raw
