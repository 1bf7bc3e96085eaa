"""The key under which erased people are known again; from the settings, else made once and kept in the home."""

import hmac
import os
import secrets
from pathlib import Path

from campaigns.infrastructure.composing import CompositionError

_FILE = "erasure.key"
_BYTES = 32
_BLOCK = 64  # of SHA-256


class ErasureKey:
    """HMAC-SHA256. Whoever has it can tell whether an id they know was erased; nobody can list who was."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def digest(self, user_id: str) -> bytes:
        return hmac.digest(self._secret, user_id.encode(), "sha256")


def parse_erasure_key(text: str) -> ErasureKey:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError as error:
        raise CompositionError("the erasure key is not hexadecimal") from error
    if not _BYTES <= len(secret) <= _BLOCK:
        raise CompositionError(f"the erasure key has {_BYTES} to {_BLOCK} bytes")
    return ErasureKey(secret)


def persisted_erasure_key(home: Path) -> ErasureKey:
    """The key of this home; made at the first call, readable by its owner alone."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / _FILE
    unfinished = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)  # another process may have been quicker: the first one counts
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return parse_erasure_key(path.read_text())
