"""CAMPAIGNS_HOME and whom the servers run as."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from campaigns.infrastructure.embedded.account import Account, NoAccountError, servers_account
from campaigns.infrastructure.embedded.home import Home, HomeInUseError
from campaigns.infrastructure.embedded.secrets_file import embedded_secrets


def test_a_home_is_made_private(tmp_path: Path) -> None:
    with Home(tmp_path / "deep" / "home") as home:
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_home_is_free_again_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with Home(tmp_path), pytest.raises(HomeInUseError), Home(tmp_path):
            pass


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = embedded_secrets(tmp_path / "secrets.json")
    assert embedded_secrets(tmp_path / "secrets.json") == first
    assert len({first.postgres_superuser, first.postgres_user, first.nats_token}) == 3
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_an_ordinary_user_needs_no_other_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert servers_account() is None


def test_root_is_never_the_account_of_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(NoAccountError, match="root"):
        servers_account("root")


def test_an_account_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(NoAccountError, match="no-such-account"):
        servers_account("no-such-account")


def test_a_path_below_a_closed_directory_is_not_reached(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not account.reaches(closed)
    assert account.reaches(Path("/bin/sh"))
