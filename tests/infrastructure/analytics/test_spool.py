"""The file that keeps hits while Postgres is away: nothing that it took is lost, whoever uses it beside us."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from campaigns.application.analytics.ports import Fact, FactName, MessageOwner, SuppressionReason
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.analytics.spool import Spool, SpoolFullError
from campaigns.infrastructure.analytics.spool_probe import SpoolProbe
from campaigns.infrastructure.analytics.spool_return import SpoolReturn
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def fact(seq: int, name: FactName = FactName.OPENED) -> Fact:
    return Fact(execution_no=1, seq=seq, name=name, at=NOW, source_event_id=f"s{seq}")


def drained(spool: Spool, group: int = 5_000) -> list[int]:
    return [kept.seq for facts in spool.drain(group) for kept in facts]


def test_it_survives_its_process_and_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    Spool(path).append([fact(1)])
    with path.open("ab") as file:
        file.write(b'{"execution_no": 1, "se')
    Spool(path).append([fact(2)])
    assert drained(Spool(path)) == [1, 2]
    assert Spool(path).empty


def test_a_drain_that_breaks_off_begins_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append([fact(1), fact(2), fact(3)])
    with closing(spool.drain(group=2)) as groups:
        assert [kept.seq for kept in next(groups)] == [1, 2]
    spool.append([fact(4)])
    assert drained(spool, group=2) == [1, 2, 3]
    assert drained(spool) == [4]


def test_a_full_spool_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", max_bytes=300)
    spool.append([fact(1)])
    with pytest.raises(SpoolFullError):
        spool.append([fact(2), fact(3), fact(4)])
    assert drained(spool) == [1]


def test_what_is_being_drained_counts_as_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", max_bytes=300)
    spool.append([fact(1), fact(2)])
    with closing(spool.drain(group=1)) as groups:
        next(groups)
        with pytest.raises(SpoolFullError):
            spool.append([fact(3), fact(4)])


_FILLING = """
import resource, sys
from pathlib import Path
from tests.infrastructure.analytics.test_spool import Spool, SpoolFullError, drained, fact
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
spool, kept, refused = Spool(Path(sys.argv[1])), [], 0
for number in range(12):
    try:
        spool.append([fact(number), fact(1_000 + number)])
        kept += [number, 1_000 + number]
    except SpoolFullError:
        refused += 1
assert drained(spool) == kept, (drained(spool), kept)
assert refused > 2, refused
"""


def test_a_disk_without_room_is_a_full_spool_and_leaves_no_half_append(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FILLING, str(tmp_path / "spool")], check=True, timeout=60)


def test_of_two_who_drain_one_gets_everything(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    Spool(path).append([fact(1), fact(2)])
    with closing(Spool(path).drain(group=1)) as first:
        next(first)
        assert drained(Spool(path)) == []
    assert drained(Spool(path)) == [1, 2]


def test_nothing_is_lost_while_many_append_and_two_drain(tmp_path: Path) -> None:
    path, got, done = tmp_path / "spool", [], threading.Event()

    def append(first: int) -> None:
        for number in range(first, first + 100):
            Spool(path).append([fact(number)])

    def drain() -> None:
        while not done.is_set():
            got.extend(drained(Spool(path)))

    drainers = [threading.Thread(target=drain) for _ in range(2)]
    appenders = [threading.Thread(target=append, args=(first,)) for first in range(0, 600, 100)]
    for thread in drainers + appenders:
        thread.start()
    for thread in appenders:
        thread.join()
    done.set()
    for thread in drainers:
        thread.join()
    assert sorted(got + drained(Spool(path))) == list(range(600))


class Picky:
    """A ledger that refuses one of the facts for good."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    async def append(self, facts: Sequence[Fact]) -> None:
        if any(given.seq == 3 for given in facts):
            raise ValueError("seq 3 cannot be stored")
        self.kept += [given.seq for given in facts]


class Nobody:
    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        return MessageOwner(tenant_id=TenantId("t"), campaign_id=CampaignId(UUID(int=1)), user_id="u", channel=None)

    async def suppress(self, owner: MessageOwner, reason: SuppressionReason, at: datetime) -> None:
        raise AssertionError("nobody asked for that")


def test_what_the_ledger_refuses_for_good_is_set_aside_and_holds_up_nobody(tmp_path: Path) -> None:
    ledger, spool = Picky(), Spool(tmp_path / "spool")
    spool.append([fact(number) for number in range(1, 6)])
    asyncio.run(SpoolReturn(spool, ledger, Nobody(), Nobody()).bring_back())
    assert ledger.kept == [1, 2, 4, 5]
    assert spool.empty
    assert b'"s3"' in (tmp_path / "spool.refused").read_bytes()


class Frozen:
    """A ledger that takes an append and says nothing."""

    def __init__(self) -> None:
        self.asked = 0

    async def append(self, facts: Sequence[Fact]) -> None:
        self.asked += 1
        await asyncio.sleep(60)


def test_hits_are_spooled_when_the_ledger_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.infrastructure.analytics.touch_buffer._PATIENCE", 0.05)
    ledger, spool = Frozen(), Spool(tmp_path / "spool")
    buffer = TouchBuffer(ledger, spool, SpoolReturn(spool, ledger, Nobody(), Nobody()))

    async def run() -> None:
        for number in (1, 2):
            buffer.take(fact(number))
            await buffer.flush()

    asyncio.run(run())
    assert ledger.asked == 1, "the second was spooled at once"
    assert drained(spool) == [1, 2]


def test_an_unsubscribe_that_finds_no_room_is_refused(tmp_path: Path) -> None:
    ledger, spool = Picky(), Spool(tmp_path / "spool", max_bytes=10)
    buffer = TouchBuffer(ledger, spool, SpoolReturn(spool, ledger, Nobody(), Nobody()))
    with pytest.raises(DependencyDownError) as refused:
        asyncio.run(buffer.keep(fact(1, FactName.UNSUBSCRIBED)))
    assert refused.value.retry_after == 30


def test_readiness_tells_a_full_spool(tmp_path: Path) -> None:
    assert asyncio.run(SpoolProbe(Spool(tmp_path / "spool"))()).ok
    Spool(tmp_path / "spool").append([fact(1)])
    taken = (tmp_path / "spool").stat().st_size
    assert not asyncio.run(SpoolProbe(Spool(tmp_path / "spool", max_bytes=taken))()).ok
