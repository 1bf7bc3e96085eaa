"""A plan counted, and two counts compared."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.comparing import Difference, differences
from campaigns.domain.delivery.forecast import MOST_HOURS, Cell, HourCount, Released, VariantCount, counted, hours_of
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId, VariantId

START = datetime(2027, 1, 1, 9, tzinfo=UTC)
PRICES = Prices({ChannelType.EMAIL: Decimal("0.01"), ChannelType.SMS: Decimal("0.10")})
BRIEF = Brief(
    tenant_id=TenantId("acme"),
    campaign_id=CampaignId(UUID(int=1)),
    campaign_name="Spring",
    starts_at=START,
    variants=(
        BriefVariant(variant_id=VariantId(UUID(int=1)), name="A", allocation=50),
        BriefVariant(variant_id=VariantId(UUID(int=2)), name="B", allocation=50, is_control=True),
    ),
)
CELLS = (Cell(0, 0, 0, 10), Cell(0, 1, 0, 3), Cell(0, -1, 7, 2), Cell(1, -1, 2, 5), Cell(-1, -1, 1, 4))
RELEASED = (Released(START, 8), Released(START + timedelta(minutes=61), 5))
COUNTS = counted(CELLS, RELEASED, BRIEF, PRICES)


def test_everybody_is_counted_once() -> None:
    assert (COUNTS.audience, COUNTS.holdout, COUNTS.control, COUNTS.skipped, COUNTS.to_send) == (24, 4, 5, 2, 13)
    assert COUNTS.reasons == {"control": 5, "holdout": 4, "no_address": 2}
    assert COUNTS.variants == (
        VariantCount(variant="A", people=15, messages=13),
        VariantCount(variant="B", people=5, messages=0),
    )
    assert [(one.channel, one.messages, one.cost) for one in COUNTS.channels] == [
        (ChannelType.EMAIL, 10, Decimal("0.10")),
        (ChannelType.SMS, 3, Decimal("0.30")),
    ]
    assert (COUNTS.cost, COUNTS.finishes_at) == (Decimal("0.40"), START + timedelta(minutes=61))


def test_hours_are_counted_from_the_start_and_the_last_holds_all_later() -> None:
    assert COUNTS.hours == (
        HourCount(hour=0, begins=START, messages=8),
        HourCount(hour=1, begins=START + timedelta(hours=1), messages=5),
    )
    late = hours_of([Released(START + timedelta(hours=hour), 1) for hour in (MOST_HOURS - 1, MOST_HOURS, 5_000)], START)
    assert [(one.hour, one.messages) for one in late] == [(MOST_HOURS - 1, 3)]


def test_nobody_comes_to_nothing() -> None:
    nobody = counted((), (), BRIEF, PRICES)
    assert (nobody.audience, nobody.hours, nobody.finishes_at, nobody.cost) == (0, (), None, 0)


def test_the_same_plan_later_is_no_difference() -> None:
    later = timedelta(days=3)
    moved = [Released(one.at + later, one.messages) for one in RELEASED]
    assert differences(COUNTS, counted(CELLS, moved, replace(BRIEF, starts_at=START + later), PRICES)) == ()


def test_every_figure_that_differs_is_named_with_both_values() -> None:
    other = counted((Cell(0, 0, 0, 9), Cell(0, -1, 3, 1), *CELLS[1:]), (Released(START, 12),), BRIEF, PRICES)
    assert differences(COUNTS, other) == (
        Difference(of="audience", name="skipped", planned=2, real=3),
        Difference(of="audience", name="to_send", planned=13, real=12),
        Difference(of="channel", name="email", planned=10, real=9),
        Difference(of="cost", name="email", planned=Decimal("0.10"), real=Decimal("0.09")),
        Difference(of="cost", name="total", planned=Decimal("0.40"), real=Decimal("0.39")),
        Difference(of="hour", name="0", planned=8, real=12),
        Difference(of="hour", name="1", planned=5, real=0),
        Difference(of="reason", name="suppressed_unsubscribed", planned=0, real=1),
        Difference(of="variant", name="A messages", planned=13, real=12),
    )
