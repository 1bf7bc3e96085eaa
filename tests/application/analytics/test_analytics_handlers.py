"""What the analytics use cases decide; the real adapters are shown over HTTP."""

import asyncio
import hmac
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from campaigns.application.analytics.added import Sides
from campaigns.application.analytics.catalogue import COMMANDS, QUERIES
from campaigns.application.analytics.commands.rebuild_metrics import RebuildMetrics, RebuildMetricsHandler
from campaigns.application.analytics.commands.record_conversions import RecordConversions, RecordConversionsHandler
from campaigns.application.analytics.commands.report_metrics import ReportMetrics, ReportMetricsHandler
from campaigns.application.analytics.commands.republish_events import RepublishEvents, RepublishEventsHandler
from campaigns.application.analytics.commands.take_feedback import (
    Proof,
    TakeFeedback,
    TakeFeedbackHandler,
)
from campaigns.application.analytics.commands.unsubscribe_recipient import (
    UnsubscribeRecipient,
    UnsubscribeRecipientHandler,
)
from campaigns.application.analytics.feedback import Feedback, FeedbackReport
from campaigns.application.analytics.figures import Dimension, Population, Slot, SlotFigures
from campaigns.application.analytics.ports import Fact, FactDetail, FactName, MessageOwner, SuppressionReason
from campaigns.application.analytics.published import PUBLISHED
from campaigns.application.analytics.queries.campaign_metrics import CampaignMetrics, CampaignMetricsHandler
from campaigns.application.analytics.queries.campaign_stats import CampaignStats, CampaignStatsHandler
from campaigns.application.analytics.queries.read_feed import FeedPage, ReadFeed, ReadFeedHandler
from campaigns.application.analytics.reporting import Conversion, KnownRun, MetricReport, Refused
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import NotAllowedError
from campaigns.domain.analytics.measures import Counts
from campaigns.domain.experiment.arms import Arm, Revenue
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import InvalidError
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.shared.money import Money

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CAMPAIGN = CampaignId(uuid.UUID(int=7))
CALLER = Caller(
    tenant_id=TenantId("acme"),
    principal="ada",
    scopes=frozenset(Scope),
    command_id=uuid.UUID(int=1),
    correlation_id="c",
)
OWNER = MessageOwner(tenant_id=TenantId("acme"), campaign_id=CAMPAIGN, user_id="u1", channel=ChannelType.EMAIL)
STRANGER = MessageOwner(tenant_id=TenantId("other"), campaign_id=CAMPAIGN, user_id="x", channel=None)


class World:
    """Every port of the context, written down."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.suppressed: list[tuple[str, SuppressionReason]] = []
        self.owners = {(1, 1): OWNER, (1, 2): OWNER, (9, 1): STRANGER}
        self.types = frozenset({"campaign.paused"})
        self.counts: list[SlotFigures] = []
        self.people = Population()

    def now(self) -> datetime:
        return NOW

    async def append(self, facts: Sequence[Fact]) -> None:
        self.facts += facts

    async def take(
        self, facts: Sequence[Fact], refused: Sequence[Refused], consumed: Sequence[ConsumedEvent] = ()
    ) -> None:
        self.facts += facts
        self.suppressed += [(one.owner.user_id, one.reason) for one in refused]

    async def suppress(self, owner: MessageOwner, reason: SuppressionReason, at: datetime) -> None:
        self.suppressed.append((owner.user_id, reason))

    async def of_all(self, messages: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], MessageOwner]:
        return {message: self.owners[message] for message in messages if message in self.owners}

    async def read(self, caller: Caller, **asked: Any) -> FeedPage:
        return FeedPage(events=(), next_after=asked["after"])

    async def add(self, *given: Any) -> Any:
        return len(given[0]) if isinstance(given[0], tuple) else True

    async def __call__(self, number: Any) -> Any:
        return number

    async def population(self, campaign_id: uuid.UUID, caller: Caller) -> Population:
        return self.people


class Owners:
    def __init__(self, world: World) -> None:
        self._world = world

    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        return self._world.owners.get((execution_no, seq))


class Runs:
    def __init__(self, world: World) -> None:
        self._world = world

    async def of(self, numbers: Collection[int]) -> Mapping[int, KnownRun]:
        """Every execution has as many messages as its last owner's number."""
        lasts = {number: max(seq for no, seq in self._world.owners if no == number) for number, _ in self._world.owners}
        return {
            number: KnownRun(self._world.owners[number, lasts[number]].tenant_id, lasts[number])
            for number in numbers
            if number in lasts
        }


class Secrets:
    def of(self, provider: str) -> Sequence[bytes]:
        return (b"old", b"secret") if provider == "acme" else ()


class Keeping:
    async def keep(self, provider: str, reports: Sequence[FeedbackReport]) -> None:
        raise AssertionError("the ledger is there")


class Figured:
    def __init__(self, world: World) -> None:
        self._world = world

    async def of(self, campaign_id: uuid.UUID, caller: Caller, **asked: Any) -> Sequence[SlotFigures]:
        return self._world.counts

    async def population(self, campaign_id: uuid.UUID, caller: Caller) -> Population:
        return self._world.people

    async def winner(self, campaign_id: uuid.UUID, caller: Caller) -> str | None:
        return None

    async def zone(self, campaign_id: uuid.UUID, caller: Caller) -> str:
        return "UTC"


class Spent:
    """Nobody on the one side, ten people 5 EUR each on the other."""

    async def of(self, campaign_id: uuid.UUID, caller: Caller) -> Mapping[str, Sides]:
        five = Revenue(total=Decimal(50), squares=Decimal(250))
        treated = Arm(name="", people=100, successes=10, revenue=five)
        return {"EUR": Sides(treated=treated, held_out=Arm(name="", people=100))}


@pytest.fixture
def world() -> World:
    return World()


def told(seq: int, name: FactName, *, execution_no: int = 1, hard: bool | None = None) -> FeedbackReport:
    detail = FactDetail(hard=hard)
    return FeedbackReport(event_id=f"e{seq}", execution_no=execution_no, seq=seq, name=name, at=NOW, detail=detail)


def take(world: World, *reports: FeedbackReport, proof: Proof | None = None, provider: str = "acme") -> Any:
    handler = TakeFeedbackHandler(Feedback(Runs(world), world, world, Keeping()), Secrets())
    command = TakeFeedback(caller=CALLER, provider=provider, reports=reports, proof=proof)
    return asyncio.run(handler(command))


@pytest.mark.parametrize(
    ("name", "hard", "reason"),
    [
        (FactName.BOUNCED, True, SuppressionReason.HARD_BOUNCED),
        (FactName.BOUNCED, None, SuppressionReason.HARD_BOUNCED),
        (FactName.BOUNCED, False, None),
        (FactName.COMPLAINED, None, SuppressionReason.COMPLAINED),
        (FactName.UNSUBSCRIBED, None, SuppressionReason.UNSUBSCRIBED),
        (FactName.DELIVERED, None, None),
    ],
)
def test_what_a_provider_says_decides_who_is_written_to(
    world: World, name: FactName, hard: bool | None, reason: SuppressionReason | None
) -> None:
    take(world, told(1, name, hard=hard))
    assert world.suppressed == ([("u1", reason)] if reason else [])
    assert [(fact.name, fact.source_event_id) for fact in world.facts] == [(name, "acme:e1")]


def test_another_tenants_messages_are_unknown_to_a_caller(world: World) -> None:
    taken = take(world, told(1, FactName.COMPLAINED, execution_no=9), told(1, FactName.DELIVERED))
    assert (taken.accepted, taken.unknown) == (1, (0,))
    assert world.suppressed == []


def test_a_provider_that_signs_may_speak_of_every_message(world: World) -> None:
    signature = "sha256=" + hmac.digest(b"secret", b"body", "sha256").hex()
    taken = take(world, told(1, FactName.DELIVERED, execution_no=9), proof=Proof(signature=signature, body=b"body"))
    assert (taken.accepted, taken.unknown) == (1, ())


@pytest.mark.parametrize(("provider", "body"), [("acme", b"another"), ("nobody", b"body")])
def test_a_forged_signature_changes_nothing(world: World, provider: str, body: bytes) -> None:
    signature = hmac.digest(b"secret", b"body", "sha256").hex()
    with pytest.raises(NotAllowedError):
        take(world, told(1, FactName.COMPLAINED), proof=Proof(signature=signature, body=body), provider=provider)
    assert (world.facts, world.suppressed) == ([], [])


def test_unsubscribing_suppresses_and_is_one_fact_however_often(world: World) -> None:
    handler = UnsubscribeRecipientHandler(Owners(world), world, world, world)
    command = UnsubscribeRecipient(execution_no=1, seq=1)
    assert [asyncio.run(handler(command)) for _ in range(2)] == [True, True]
    assert set(world.suppressed) == {("u1", SuppressionReason.UNSUBSCRIBED)}
    assert len({fact.source_event_id for fact in world.facts}) == 1


def test_nobody_is_unsubscribed_for_a_message_that_is_gone(world: World) -> None:
    handler = UnsubscribeRecipientHandler(Owners(world), world, world, world)
    assert asyncio.run(handler(UnsubscribeRecipient(execution_no=5, seq=5))) is False
    assert (world.facts, world.suppressed) == ([], [])


def report(revenue: Money | None = None, cost: Money | None = None) -> ReportMetrics:
    given = MetricReport(report_id="r", at=NOW, revenue=revenue, cost=cost)
    return ReportMetrics(caller=CALLER, campaign_id=CAMPAIGN, report=given)


def test_a_report_is_in_one_usable_currency(world: World) -> None:
    handler = ReportMetricsHandler(world, world)
    assert asyncio.run(handler(report())) is True
    assert asyncio.run(handler(report(Money(Decimal(1), "EUR"), Money(Decimal(1), "EUR")))) is True
    with pytest.raises(InvalidError) as refused:
        asyncio.run(handler(report(Money(Decimal(-1), "EUR"), Money(Decimal(1), "USD"))))
    assert [broken.pointer for broken in refused.value.violations] == ["/revenue", "/cost/currency"]


def conversion(value: Decimal | None = None, currency: str | None = None) -> Conversion:
    return Conversion(event_id="e", user_id="u", event_type="order", at=NOW, value=value, currency=currency)


def test_a_conversions_value_needs_a_usable_currency(world: World) -> None:
    handler = RecordConversionsHandler(world, world)
    good = (conversion(), conversion(Decimal(5), "EUR"))
    assert asyncio.run(handler(RecordConversions(caller=CALLER, conversions=good))) == 2
    bad = (*good, conversion(Decimal(5)), conversion(Decimal(5), "XXX"), conversion(Decimal("0.001"), "EUR"))
    with pytest.raises(InvalidError) as refused:
        asyncio.run(handler(RecordConversions(caller=CALLER, conversions=bad)))
    assert [broken.pointer for broken in refused.value.violations] == ["/2/currency", "/3/currency", "/4/value"]


def test_the_feed_knows_its_types(world: World) -> None:
    handler = ReadFeedHandler(world)
    page = asyncio.run(handler(ReadFeed(caller=CALLER, after=5, types=("campaign.paused",))))
    assert page.next_after == 5
    with pytest.raises(InvalidError) as refused:
        asyncio.run(handler(ReadFeed(caller=CALLER, types=("campaign.exploded",))))
    assert "campaign.exploded" in refused.value.violations[0].message


def test_operators_commands_reach_their_ports(world: World) -> None:
    assert asyncio.run(RebuildMetricsHandler(world)(RebuildMetrics(caller=CALLER, rules=2))) == 2
    assert asyncio.run(RepublishEventsHandler(world)(RepublishEvents(caller=CALLER, after=3))) == 3


def test_a_campaign_without_figures_shows_zeros(world: World) -> None:
    view = asyncio.run(
        CampaignMetricsHandler(Figured(world), Spent())(CampaignMetrics(caller=CALLER, campaign_id=CAMPAIGN))
    )
    assert (view.totals, view.lift, view.breakdown, view.series) == (Counts(), None, None, None)
    stats = asyncio.run(CampaignStatsHandler(Figured(world))(CampaignStats(caller=CALLER, campaign_id=CAMPAIGN)))
    assert (stats.totals, stats.variants) == (Counts(), [])


def test_figures_come_with_their_parts_and_their_lift(world: World) -> None:
    counts = Counts(sent=100, converted=10)
    world.counts = [SlotFigures(slot=Slot(variant_id="v"), counts=counts), SlotFigures(slot=Slot(), counts=counts)]
    world.people = Population(audience=200, holdout=100, holdout_converted=5)
    query = CampaignMetrics(caller=CALLER, campaign_id=CAMPAIGN, by=(Dimension.VARIANT,), hourly=True)
    view = asyncio.run(CampaignMetricsHandler(Figured(world), Spent())(query))
    assert view.lift is not None
    assert (view.breakdown, view.series) == (world.counts, world.counts)
    assert view.lift.conversions.difference.value == pytest.approx(0.05)
    assert view.lift.conversions.total.value == pytest.approx(5)
    assert view.lift.revenue["EUR"].total.value == pytest.approx(50)
    stats = asyncio.run(CampaignStatsHandler(Figured(world))(CampaignStats(caller=CALLER, campaign_id=CAMPAIGN)))
    assert (stats.recipients, [part.slot.variant_id for part in stats.variants]) == (200, ["v"])


def test_the_catalogue_names_each_use_case_once() -> None:
    assert not COMMANDS.keys() & QUERIES.keys()


def test_changed_figures_are_news() -> None:
    assert set(PUBLISHED) == {"campaign.metric.updated"}
