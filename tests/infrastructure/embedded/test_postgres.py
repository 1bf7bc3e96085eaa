"""The embedded PostgreSQL: private, durable, and never left behind."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.support.other_processes import as_ordinary_user, forked, owner_of
from tests.support.waiting import eventually, until

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.binaries import postgres_programs
from campaigns.infrastructure.embedded.home import Home, HomeInUseError
from campaigns.infrastructure.embedded.postgres import EmbeddedPostgres

Start = Callable[[], EmbeddedPostgres]


def test_it_keeps_what_was_written_from_one_start_to_the_next(start_postgres: Start) -> None:
    first = start_postgres()
    with psycopg.connect(first.url()) as connection:
        connection.execute("create table kept as select 42 as answer")
    first.stop()
    with psycopg.connect(start_postgres().url()) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_it_comes_back_with_everything_committed_after_a_kill(start_postgres: Start) -> None:
    first = start_postgres()
    with psycopg.connect(first.url()) as connection:
        connection.execute("create table kept as select 42 as answer")
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    eventually(first.running, expected=False)
    first.start()
    with psycopg.connect(first.url()) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_its_commits_are_on_disk_before_they_are_acknowledged(start_postgres: Start) -> None:
    with psycopg.connect(start_postgres().url()) as connection:
        shown = [
            connection.execute(f"show {name}").fetchone() for name in ("fsync", "synchronous_commit", "data_checksums")
        ]
    assert shown == [("on",), ("on",), ("on",)]


def test_it_sorts_text_the_same_way_everywhere(start_postgres: Start) -> None:
    with psycopg.connect(start_postgres().url()) as connection:
        found = connection.execute(
            "select datlocprovider, datlocale from pg_database where datname = current_database()"
        ).fetchone()
    assert found == ("b", "C.UTF-8")


def test_nobody_enters_without_the_password(start_postgres: Start) -> None:
    server = start_postgres()
    for url in (server.url(), server.superuser_url()):
        user, _, rest = url.removeprefix("postgresql://").partition(":")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://{user}:wrong@{rest.partition('@')[2]}")


def test_it_does_not_listen_on_the_network(start_postgres: Start) -> None:
    with psycopg.connect(start_postgres().url()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_data_secrets_and_sockets_are_closed_to_others(start_postgres: Start, home: Home) -> None:
    server = start_postgres()
    with psycopg.connect(server.url()) as connection:
        sockets = Path(str(connection.info.host))
    for private in (home.path, home.path / "postgres" / "data", home.path / "secrets.json", server.log, sockets):
        assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0, private


@pytest.mark.usefixtures("as_root")
def test_started_by_root_it_runs_as_somebody_else(start_postgres: Start, home: Home) -> None:
    server, account = start_postgres(), servers_account()
    assert account is not None
    assert account.uid != 0
    assert owner_of(server.pid) == account.uid
    assert (home.path / "postgres" / "data").stat().st_uid == account.uid


@pytest.mark.usefixtures("as_root")
def test_started_by_root_it_opens_no_directory_to_others(start_postgres: Start, home: Home) -> None:
    modes = {parent: parent.stat().st_mode for parent in home.path.parents}
    start_postgres()
    assert {parent: parent.stat().st_mode for parent in home.path.parents} == modes


@pytest.mark.usefixtures("as_root")
def test_an_ordinary_user_starts_it_as_themselves() -> None:
    programs = postgres_programs(servers_account())  # where others may read them, wherever this environment lies

    def start_and_ask(folder: Path) -> str:
        sys.path.insert(0, str(programs.parents[2]))
        with Home(folder / "a home") as home:
            server = EmbeddedPostgres(home, servers_account())
            server.start()
            try:
                with psycopg.connect(server.url()) as connection:
                    found = connection.execute("select current_user").fetchone()
            finally:
                server.stop()
            return f"{found and found[0]} {os.getuid()} {owner_of(os.getpid())}"

    user, uid, owner = as_ordinary_user(start_and_ask).split()
    assert user == "campaigns"
    assert uid == owner
    assert int(uid) != 0


def test_a_second_instance_is_told_who_holds_the_home(home: Home) -> None:
    with pytest.raises(HomeInUseError, match=f"process {os.getpid()}.*CAMPAIGNS_HOME"), Home(home.path):
        pass


def test_a_pid_file_of_somebody_elses_process_is_no_obstacle(start_postgres: Start, home: Home) -> None:
    start_postgres().stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        left = home.path / "postgres" / "data" / "postmaster.pid"
        left.write_text(f"{stranger.pid}\n{home.path / 'postgres' / 'data'}\n")
        assert start_postgres().running()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_outlived_its_parent_is_replaced(
    start_postgres: Start, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as untied:
        untied.setattr("campaigns.infrastructure.embedded.child.tied_to_parent", lambda _signal: None)
        orphan = start_postgres()
    replacement = start_postgres()
    assert replacement.pid != orphan.pid
    eventually(orphan.running, expected=False)
    with psycopg.connect(replacement.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "pid"

    def start_and_hang() -> None:
        with Home(tmp_path / "home") as home:
            server = EmbeddedPostgres(home, servers_account())
            server.start()
            told.write_text(str(server.pid))
            time.sleep(600)

    parent = forked(start_and_hang)
    until(lambda: told.exists() and told.read_text())
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    server = int(told.read_text())
    until(lambda: not Path(f"/proc/{server}").exists() or _is_zombie(server))


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_an_interrupted_first_start_is_begun_anew(start_postgres: Start, home: Home) -> None:
    unfinished = home.directory("postgres") / "unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    assert start_postgres().running()
    assert not unfinished.exists()


def test_a_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    with Home(tmp_path / ("long" * 30)) as home:
        server = EmbeddedPostgres(home, servers_account())
        server.start()
        try:
            with psycopg.connect(server.url()) as connection:
                assert len(str(connection.info.host)) < 60
        finally:
            server.stop()
            server.remove_socket_directory()


@pytest.mark.usefixtures("as_root")
def test_programs_below_a_closed_directory_are_copied_to_where_its_account_may_run_them(
    start_postgres: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        monkeypatch.setattr("tempfile.tempdir", open_to_all)
        monkeypatch.setattr("campaigns.infrastructure.embedded.account.Account.reaches", lambda *_: False)
        server = start_postgres()
        assert Path(f"/proc/{server.pid}/exe").resolve().is_relative_to(open_to_all)
        server.stop()
