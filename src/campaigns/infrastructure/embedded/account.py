"""Whom the embedded servers run as: never root."""

import os
import pwd
from pathlib import Path

from msgspec import Struct

_CANDIDATES = ("campaigns", "nobody")


class NoAccountError(Exception):
    """There is no unprivileged account to run the servers as."""


class Account(Struct, frozen=True):
    """An unprivileged account of this machine; `initdb` insists on its passwd entry."""

    name: str
    uid: int
    gid: int

    def take_over(self, path: Path) -> None:
        """Hand a file or a directory with all it holds to this account."""
        if path.lstat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, directories, files in os.walk(path):
            for name in (*directories, *files):
                os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Whether every directory above `path` lets this account through, and `path` itself can be read."""
        resolved = path.resolve()
        return all(self._may(parent, 0o1) for parent in resolved.parents) and self._may(resolved, 0o5)

    def _may(self, path: Path, bits: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            bits <<= 6
        elif found.st_gid == self.gid:
            bits <<= 3
        return found.st_mode & bits == bits


def servers_account(configured: str | None = None) -> Account | None:
    """None: the present account will do. As root: the configured one, else `campaigns`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in (configured,) if configured else _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    wanted = configured or " or ".join(_CANDIDATES)
    raise NoAccountError(f"PostgreSQL must not run as root, and there is no unprivileged account {wanted}")
