"""The parts of sending, one by one: chunk sizes, reports, judging, settling, insisting."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.delivery_world import EMAIL, SMS, CountingSender, OneSenderPerChannel, PlainContent

from campaigns.application.delivery.ledger import Claim, Counts, PlannedMessage, Report, Unsettled
from campaigns.application.delivery.ports import ProviderAwayError, Recipient, Trouble, Unrenderable, Verdict
from campaigns.application.delivery.sending.attempts import Attempt, Result, merged, report_of, stretches, taken_up
from campaigns.application.delivery.sending.chunks import ChunkSize
from campaigns.application.delivery.sending.desk import Desk, SendingPolicy
from campaigns.application.delivery.sending.handing_over import hand_over
from campaigns.application.delivery.sending.insisting import insist
from campaigns.application.delivery.sending.judging import address_of, away, judged, without_address
from campaigns.application.delivery.sending.settling import settle
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS, CHANNELS_BY_NUMBER, FactKind
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId

pytestmark = pytest.mark.anyio
PUSH = CHANNEL_NUMBERS[ChannelType.PUSH]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Told:
    """Content that says what it is told."""

    def __init__(self, *results: Unrenderable) -> None:
        self.results = {result.seq: result for result in results}

    def render(self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]) -> Sequence[Any]:
        plain = PlainContent().render(execution_no, channel, recipients)
        return [self.results.get(message.seq, message) for message in plain]  # type: ignore[union-attr]


class Broken:
    def render(self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]) -> Sequence[Any]:
        raise RuntimeError("a defect")


def desk(content: Any = None, **senders: CountingSender) -> Desk:
    by_channel = {ChannelType(name): sender for name, sender in senders.items()}
    channels = (Channel(channel_type=EMAIL), Channel(channel_type=SMS, priority=1))
    brief = Brief(
        tenant_id=TenantId("acme"),
        campaign_id=CampaignId(UUID(int=2)),
        campaign_name="Spring",
        starts_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
        channels=channels,
    )
    return Desk(
        brief=brief,
        execution_no=1,
        content=content or PlainContent(),
        senders=OneSenderPerChannel(by_channel),
        policy=SendingPolicy(),
        chance=lambda: 0.0,
    )


def attempt(seq: int, channel: int = 0, tries: int = 1, kind: FactKind | None = None) -> Attempt:
    return Attempt(PlannedMessage(seq, f"u{seq}", -1, channel), channel, tries, kind)


def everybody(*seqs: int, **more: str) -> Mapping[str, Mapping[str, Any]]:
    return {f"u{seq}": {"user_id": f"u{seq}", "email": f"u{seq}@people.example", **more} for seq in seqs}


@given(st.sets(st.integers(1, 300)))
def test_stretches_hold_exactly_the_numbers_they_were_made_of(numbers: set[int]) -> None:
    found = stretches(sorted(numbers))
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(numbers)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(found))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.data())
def test_reports_of_neighbouring_chunks_merge_without_loss(sizes: list[int], data: st.DataObject) -> None:
    reports, first = [], 1
    for size in sizes:
        chunk = [attempt(seq) for seq in range(first, first + size)]
        refused = data.draw(st.sets(st.sampled_from([a.seq for a in chunk]), max_size=3))
        reports.append(report_of(chunk, [Result(a, FactKind.FAILED, {}) for a in chunk if a.seq in refused]))
        first += size
    whole = merged(reports)
    told = [seq for start, end in whole.ranges for seq in range(start, end + 1)] + [fact.seq for fact in whole.facts]
    assert sorted(told) == list(range(1, first))
    assert whole.counts.sent + whole.counts.failed == first - 1
    assert Report().is_empty
    assert not whole.is_empty


def test_messages_that_were_tried_again_are_told_one_by_one() -> None:
    again = [attempt(3, tries=2, kind=FactKind.RETRYING), attempt(9, tries=2, kind=FactKind.RETRYING)]
    report = report_of(again, [Result(again[1], FactKind.FAILED, {})])
    assert report.ranges == []
    assert [(fact.seq, fact.kind) for fact in report.facts] == [(9, FactKind.FAILED), (3, FactKind.SENT)]
    assert report.counts == Counts(sent=1, failed=1)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({}, attempt(1, tries=1, kind=FactKind.RETRYING)),
        ({"tries": 2, "channel": 1}, attempt(1, 1, 3, FactKind.RETRYING)),
        ({"tries": 0, "channel": 1, "fell_back": True}, attempt(1, 1, 1, FactKind.FELL_BACK)),
        ({"tries": 0, "resent": True}, attempt(1, 0, 1, FactKind.RESENT)),
    ],
)
def test_a_deferred_message_is_taken_up_where_it_was_left(detail: dict[str, Any], expected: Attempt) -> None:
    found = taken_up(attempt(1).message, detail)
    assert (found.channel, found.tries, found.kind) == (expected.channel, expected.tries, expected.kind)


def simulated(per_call: float, per_message: float, chunks: int = 200) -> list[tuple[int, float]]:
    size, taken = ChunkSize(0.03, 8), []
    for _ in range(chunks):
        count = size.next()
        seconds = per_call + per_message * count
        size.took(count, seconds)
        taken.append((count, seconds))
    return taken[20:]


def test_a_provider_with_latency_gets_large_chunks() -> None:
    assert sorted(count for count, _ in simulated(0.1, 0.00001))[90] == 500


@pytest.mark.parametrize("per_message", [0.0001, 0.001, 0.005])
def test_a_slow_provider_gets_chunks_that_leave_little_unknown_after_a_crash(per_message: float) -> None:
    assert max(seconds for _, seconds in simulated(0.0, per_message)) < 0.1


def test_a_first_handful_that_waited_for_connections_does_not_make_later_chunks_large() -> None:
    size, counts = ChunkSize(0.03, 8), []
    size.took(size.next(), 2.0)
    for _ in range(40):
        counts.append(size.next())
        size.took(counts[-1], 0.001 * counts[-1])
    assert max(counts) <= 80


@given(st.lists(st.floats(0.0001, 2.0), max_size=30))
def test_whatever_slow_chunks_there_were_they_grow_again_once_the_provider_is_quick(slow: list[float]) -> None:
    size = ChunkSize(0.03, 8)
    for seconds in slow:
        size.took(size.next(), seconds)
    for _ in range(20):
        size.took(size.next(), 0.001)
    assert max(size.next(), size.next()) == 500


def test_after_a_provider_was_away_the_next_chunk_is_small() -> None:
    size = ChunkSize(0.03, 8)
    for _ in range(20):
        size.took(size.next(), 0.001)
    assert size.next() > 100
    size.start_small()
    assert size.next() == 8
    size.took(2, 0.0001)
    assert size.next() == 8


def test_a_trouble_leads_to_another_try_another_channel_or_its_end() -> None:
    with_phone = everybody(1, phone="+331")["u1"]
    both = desk(email=CountingSender(), sms=CountingSender())
    fallen = judged(attempt(1), Trouble(Verdict.PERMANENT, "550"), with_phone, both)
    assert (fallen.kind, fallen.next) == (
        FactKind.DEFERRED,
        Attempt(attempt(1).message, 1, kind=FactKind.FELL_BACK, instead_of=0),
    )
    for given_desk, profile in ((desk(email=CountingSender()), with_phone), (both, everybody(1)["u1"])):
        assert judged(attempt(1), Trouble(Verdict.PERMANENT, "550"), profile, given_desk).kind is FactKind.FAILED
    unplanned = attempt(1, PUSH)
    assert judged(unplanned, Trouble(Verdict.PERMANENT, "gone"), with_phone, both).kind is FactKind.FAILED
    assert judged(attempt(1, tries=3), Trouble(Verdict.TRANSIENT, "451"), with_phone, both).kind is FactKind.FAILED
    assert judged(attempt(1), Trouble(Verdict.UNKNOWN, "lost"), with_phone, both).kind is FactKind.UNCERTAIN
    safe = desk(email=CountingSender(idempotent=True))
    assert judged(attempt(1), Trouble(Verdict.UNKNOWN, "lost"), with_phone, safe).kind is FactKind.DEFERRED
    assert judged(attempt(1, tries=3), Trouble(Verdict.UNKNOWN, "lost"), with_phone, safe).kind is FactKind.UNCERTAIN
    waiting = away(attempt(1, tries=2, kind=FactKind.FELL_BACK), "refused")
    assert waiting.next == attempt(1, tries=2, kind=FactKind.FELL_BACK)
    assert (waiting.detail["tries"], waiting.detail["fell_back"]) == (1, True)


def test_addresses_come_from_the_profile_or_stand_in_the_content() -> None:
    profile = everybody(1)["u1"]
    assert address_of(0, profile) == "u1@people.example"
    assert address_of(1, profile) is None
    assert address_of(CHANNEL_NUMBERS[ChannelType.WEBHOOK], profile) == ""
    assert address_of(CHANNEL_NUMBERS[ChannelType.IN_APP], profile) == "u1"
    assert without_address(attempt(1)).detail["reason"] == "no_address"
    assert all(CHANNEL_NUMBERS[channel] == number for number, channel in CHANNELS_BY_NUMBER.items())


async def test_a_chunk_is_handed_over_by_channel_and_everybody_has_a_result_or_was_sent() -> None:
    email, sms = CountingSender(), CountingSender()
    email.max_chunk = 2
    content = Told(Unrenderable(3, "no first name", missing=True), Unrenderable(4, "broken"))
    people = {**everybody(1, 2, 3, 4), **everybody(5, phone="+331"), "u6": {"user_id": "u6"}}
    attempts = [attempt(seq) for seq in (1, 2, 3, 4)] + [attempt(5, 1), attempt(6), attempt(7, PUSH), attempt(8)]
    suppressed = {"u2": {EMAIL: "suppressed_unsubscribed"}, "u5": {EMAIL: "suppressed_bounced"}}
    handed = await hand_over(attempts, people, suppressed, desk(content, email=email, sms=sms))
    found = {result.attempt.seq: (result.kind, result.detail["reason"]) for result in handed.results}
    assert found == {
        2: (FactKind.SKIPPED, "suppressed_unsubscribed"),
        3: (FactKind.SKIPPED, "missing_data"),
        4: (FactKind.SKIPPED, "content_error"),
        6: (FactKind.SKIPPED, "no_address"),
        7: (FactKind.FAILED, "no sender is configured for push"),
        8: (FactKind.SKIPPED, "no_address"),
    }
    assert (list(email.arrived), list(sms.arrived)) == (["1-1"], ["1-5"])
    assert handed.away is None


async def test_a_defect_in_rendering_sends_nothing_and_leaves_nobody_uncertain() -> None:
    sender = CountingSender()
    handed = await hand_over([attempt(1)], everybody(1), {}, desk(Broken(), email=sender))
    assert [(r.kind, r.detail["reason"]) for r in handed.results] == [(FactKind.SKIPPED, "content_error")]
    assert not sender.arrived


def claim() -> Claim:
    return Claim(
        tenant_id=TenantId("acme"),
        campaign_id=CampaignId(UUID(int=2)),
        execution_id=ExecutionId(UUID(int=1)),
        execution_no=1,
        batch_no=1,
        seq_from=1,
        seq_to=10,
        intended_to=10,
        fence=2,
        crashed=True,
        left_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


class AwaySender(CountingSender):
    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        raise ProviderAwayError("counting", "away")


@pytest.mark.parametrize("senders", [{}, {"email": AwaySender()}, {"email": CountingSender()}])
async def test_what_nobody_can_tell_is_uncertain(senders: dict[str, CountingSender]) -> None:
    left = [Unsettled(attempt(1).message, None, {}), Unsettled(attempt(2).message, FactKind.RETRYING, {"channel": 0})]
    settled = await settle(claim(), left, desk(**senders))
    assert [fact.kind for fact in settled.report.facts] == [FactKind.UNCERTAIN] * 2
    assert settled.again == []


async def test_uncertain_and_deferred_ones_are_taken_up_each_in_its_way() -> None:
    left = [
        Unsettled(attempt(1).message, FactKind.UNCERTAIN, {"channel": 0}),
        Unsettled(attempt(2).message, FactKind.DEFERRED, {"tries": 1}),
    ]
    settled = await settle(claim(), left, desk(email=CountingSender()))
    assert {a.seq: (a.tries, a.kind) for a in settled.again} == {
        1: (1, FactKind.RESENT),
        2: (2, FactKind.RETRYING),
    }
    assert settled.report.counts == Counts(uncertain=-1, deferred=1)


async def test_what_is_known_is_told_until_the_ledger_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.application.delivery.sending.insisting._PAUSE", 0.001)
    asked = 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        if asked < 20:
            raise DependencyDownError("postgres", "away")
        return "told"

    stopping = asyncio.Event()
    assert await insist(ask, stopping) == "told"
    asked = -100
    stopping.set()
    with pytest.raises(DependencyDownError):
        await insist(ask, stopping)
    assert asked == -90
