"""Where the database's socket lies: in the home, or in a short private directory when the home's path will not do."""

import os
import re
import tempfile
from pathlib import Path

from campaigns.infrastructure.embedded.account import Account
from campaigns.infrastructure.embedded.home import private_directory

_LONGEST = 107  # bytes of sun_path, less its terminator
_SOCKET = ".s.PGSQL.5432"
# A comma means two hosts to libpq, a space or quote two directories to the server.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def socket_directory(home: Path, account: Account | None) -> Path:
    """A directory of mode 0700, owned by the server's account."""
    inside = home / "run"
    fits = len(os.fsencode(inside / _SOCKET)) <= _LONGEST and _PLAIN.fullmatch(str(inside))
    if fits and account is None:
        return private_directory(inside)
    note = private_directory(inside) / "socket_directory"
    if (known := _still_ours(note, account)) is not None:
        return known
    made = Path(tempfile.mkdtemp(prefix="campaigns-"))
    if account is not None:
        account.take_over(made)
    note.write_text(str(made))
    return made


def _still_ours(note: Path, account: Account | None) -> Path | None:
    if not note.exists():
        return None
    known = Path(note.read_text())
    owner = account.uid if account else os.geteuid()
    if known.is_symlink() or not known.is_dir():
        return None
    found = known.stat()
    return known if found.st_uid == owner and found.st_mode & 0o077 == 0 else None
