"""The embedded NATS: synced, private, and found again where it was."""

import asyncio
import contextlib
import os
import signal
import socket
import stat
from collections.abc import Callable

import httpx
import nats
import nats.errors
import pytest
from tests.chaos.faults.disk import filled, small_disk
from tests.support.other_processes import owner_of
from tests.support.waiting import eventually

from campaigns.infrastructure.embedded.account import servers_account
from campaigns.infrastructure.embedded.home import Home
from campaigns.infrastructure.embedded.nats import EmbeddedNats

Start = Callable[[], EmbeddedNats]


async def _publish(url: str) -> int:
    client = await nats.connect(url, allow_reconnect=False)
    stream = client.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    acknowledged = await stream.publish("kept.one", b"{}")
    await client.close()
    return int(acknowledged.seq)


async def _count(url: str) -> int:
    client = await nats.connect(url, allow_reconnect=False)
    found = (await client.jetstream().stream_info("KEPT")).state.messages
    await client.close()
    return found


def test_every_write_is_synced_before_it_is_acknowledged(start_nats: Start) -> None:
    told = httpx.get(f"{start_nats().monitor_url()}/varz", trust_env=False).json()
    assert told["jetstream"]["config"]["sync_always"] is True


def test_what_was_acknowledged_survives_a_kill_at_the_same_address(start_nats: Start) -> None:
    server = start_nats()
    url = server.url()
    assert asyncio.run(_publish(url)) == 1
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    eventually(server.running, expected=False)
    server.start()
    assert server.url() == url
    assert asyncio.run(_count(url)) == 1


def test_it_keeps_its_streams_from_one_start_to_the_next(start_nats: Start) -> None:
    first = start_nats()
    asyncio.run(_publish(first.url()))
    first.stop()
    assert asyncio.run(_count(start_nats().url())) == 1


def test_nobody_enters_without_the_token(start_nats: Start) -> None:
    host, _, port = start_nats().url().partition("@")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.recv(4096)
        connection.sendall(b'CONNECT {"verbose":false}\r\nPING\r\n')
        assert b"Authorization Violation" in connection.recv(4096)


def test_it_listens_on_loopback_only(start_nats: Start) -> None:
    told = httpx.get(f"{start_nats().monitor_url()}/varz", trust_env=False).json()
    assert (told["host"], told["http_host"]) == ("127.0.0.1", "127.0.0.1")


def test_its_token_is_readable_by_its_account_only(start_nats: Start, home: Home) -> None:
    start_nats()
    for private in (home.path / "nats", home.path / "nats" / "server.conf", home.path / "secrets.json"):
        assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0, private


@pytest.mark.usefixtures("as_root")
def test_started_by_root_it_runs_as_somebody_else(start_nats: Start) -> None:
    account = servers_account()
    assert account is not None
    assert owner_of(start_nats().pid) == account.uid != 0


def test_a_server_that_outlived_its_parent_is_replaced(start_nats: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as untied:
        untied.setattr("campaigns.infrastructure.embedded.child.tied_to_parent", lambda _signal: None)
        orphan = start_nats()
    replacement = start_nats()
    eventually(orphan.running, expected=False)
    assert replacement.running()


async def _takes(url: str, count: int) -> int:
    """How many of so many messages were stored."""
    client = await nats.connect(url, allow_reconnect=False)
    stream, stored = client.jetstream(), 0
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    for _ in range(count):
        with contextlib.suppress(TimeoutError, nats.errors.Error):
            await stream.publish("kept.one", b"x" * 1_000, timeout=1)
            stored += 1
    await client.close()
    return stored


@pytest.mark.usefixtures("as_root")
def test_a_stream_frozen_by_a_full_disk_is_an_ailment_once_there_is_room(home: Home) -> None:
    with small_disk(home.path / "nats", 24) as disk:
        server = EmbeddedNats(home, servers_account())
        server.start()
        try:
            assert asyncio.run(_takes(server.url(), 2)) == 2
            with filled(disk):
                assert asyncio.run(_takes(server.url(), 6)) < 6
                assert server.ailment() is None, "a start would not help yet"
            assert "no space left" in (server.ailment() or "")
            server.stop()
            server.start()
            assert server.ailment() is None
            assert asyncio.run(_takes(server.url(), 2)) == 2
        finally:
            server.stop()
