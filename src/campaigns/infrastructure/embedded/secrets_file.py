"""Generated passwords of the embedded servers, kept in one file only its owner can read."""

import os
import secrets
from pathlib import Path

import msgspec


class EmbeddedSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """Made once per installation."""

    postgres_superuser: str
    postgres_user: str
    nats_token: str


def embedded_secrets(file: Path) -> EmbeddedSecrets:
    """Read the file; the first time, make it (durably, before anything is built on it)."""
    if file.exists():
        return msgspec.json.decode(file.read_bytes(), type=EmbeddedSecrets)
    made = EmbeddedSecrets(
        postgres_superuser=secrets.token_urlsafe(24),
        postgres_user=secrets.token_urlsafe(24),
        nats_token=secrets.token_urlsafe(24),
    )
    unfinished = file.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(msgspec.json.encode(made))
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    return made
