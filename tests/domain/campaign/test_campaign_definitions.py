"""How definitions are written, patched and compared."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.domain.campaign.given import EXECUTION, LATER, LIMITS, MAIL, NOW, after, draft, facts, ready, refusal

from campaigns.domain.campaign.content_hash import content_hash
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import DefinitionDraft, ScheduleDraft, TriggerDraft, VariantDraft, WindowDraft
from campaigns.domain.campaign.events import CampaignActivated, CampaignUpdated
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.merge_patch import merge, patched
from campaigns.domain.campaign.parts import with_variant, with_variant_replaced, without_variant
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.campaign.revision import changed, changes
from campaigns.domain.campaign.values import Change, Mode, Status, Totals
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import SendWindow

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def numbered() -> Any:
    numbers = iter(range(100, 200))
    return lambda: UUID(int=next(numbers))


FULL = DefinitionDraft(
    name="Full",
    schedule=ScheduleDraft(windows=(WindowDraft(days=("mon",), start="09:00", end="17:30:15"),)),
    variants=(VariantDraft(name="A", allocation_percentage=50, variant_id=UUID(int=1)),),  # type: ignore[arg-type]
    triggers=(TriggerDraft(event_type="cart.left"),),
    budget=Money(Decimal("1.50"), "EUR"),
    start_date=datetime(2027, 1, 1, tzinfo=UTC),
)


def test_clock_times_are_read_and_written_as_people_write_them() -> None:
    definition = FULL.definition(numbered())
    assert definition.schedule is not None
    assert definition.schedule.windows == (SendWindow(days=("mon",), start=time(9), end=time(17, 30, 15)),)
    assert DefinitionDraft.of(definition).schedule == FULL.schedule


def test_what_was_written_comes_back() -> None:
    definition = FULL.definition(numbered())
    back = DefinitionDraft.of(definition)
    assert replace(back, triggers=FULL.triggers) == FULL
    assert back.triggers[0].trigger_id == UUID(int=100)
    assert back.definition(numbered()) == definition


def test_parts_keep_their_id_by_name_and_new_ones_get_one() -> None:
    before = FULL.definition(numbered())
    rewritten = replace(
        FULL,
        variants=(
            VariantDraft(name="B", allocation_percentage=10),
            VariantDraft(name="A", allocation_percentage=20),
            VariantDraft(name="A", allocation_percentage=20),
        ),
    )
    ids = [variant.variant_id for variant in rewritten.definition(numbered(), before).variants]
    assert ids == [UUID(int=100), UUID(int=1), UUID(int=101)]
    again = rewritten.definition(numbered(), before)
    assert again.triggers[0].trigger_id == before.triggers[0].trigger_id


def test_changes_lead_from_one_definition_to_the_other() -> None:
    before, wanted = ready(), ready(Mode.RECURRING, tags=("a",), budget=Money(Decimal(1), "EUR"))
    found = changes(before, wanted)
    assert set(found) == {"mode", "schedule", "tags", "budget"}
    assert found["tags"] == Change([], ["a"])
    assert changed(before, found) == wanted
    assert changes(wanted, wanted) == {}


def test_an_update_that_changes_nothing_is_no_fact() -> None:
    assert draft().update(ready(), LIMITS, at=LATER, by="a") == ()
    renamed = draft().update(ready(name="Summer"), LIMITS, at=LATER, by="a")
    assert renamed == (CampaignUpdated(changes={"name": Change("Spring", "Summer")}, at=LATER, by="a"),)


@given(target=JSON, patch=JSON)
def test_a_merge_patch_obeys_its_laws(target: Any, patch: Any) -> None:
    merged = merge(target, patch)
    if not isinstance(patch, dict):
        assert merged == patch
        return
    assert merge(merged, patch) == merged
    for name, value in patch.items():
        assert (name not in merged) if value is None else (name in merged)
    for name in (target if isinstance(target, dict) else {}).keys() - patch.keys():
        assert merged[name] == target[name]


def test_a_patch_reaches_into_objects_and_replaces_lists() -> None:
    definition = FULL.definition(numbered())
    after_patch = patched(definition, {"schedule": {"timezone": "Asia/Almaty"}, "tags": ["x"]}, numbered())
    assert after_patch.schedule is not None
    assert (after_patch.schedule.timezone, after_patch.tags) == ("Asia/Almaty", ("x",))
    assert after_patch.schedule.windows == definition.schedule.windows  # type: ignore[union-attr]
    assert after_patch.variants == definition.variants


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"tags": ["a", 1]}, "/tags/1"),
        ({"schedule": {"windows": [{"days": ["mon"], "start": "9", "end": "10:00"}]}}, "/schedule/windows/0/start"),
        ({"colour": "red"}, "/colour"),
        ({"start_date": "2027-01-01T00:00:00"}, "/start_date"),
    ],
)
def test_a_patch_that_does_not_fit_says_where(patch: dict[str, Any], pointer: str) -> None:
    error = refusal(lambda: patched(FULL.definition(numbered()), patch, numbered()))
    assert (error.code, error.violations[0].pointer.replace("...", "1")) == ("request.malformed", pointer)
    assert error.violations[0].message


def test_variants_are_added_at_the_end_replaced_in_place_and_removed() -> None:
    one = with_variant(ready(), VariantDraft(name="A", allocation_percentage=1), lambda: UUID(int=1))
    two = with_variant(one, VariantDraft(name="B", allocation_percentage=2), lambda: UUID(int=2))
    assert [variant.name for variant in two.variants] == ["A", "B"]
    own = VariantDraft(name="C", allocation_percentage=3, variant_id=UUID(int=8))  # type: ignore[arg-type]
    assert with_variant(two, own, lambda: UUID(int=9)).variants[-1].variant_id == UUID(int=8)
    renamed = with_variant_replaced(two, UUID(int=1), own)
    assert [(v.name, v.variant_id) for v in renamed.variants] == [("C", UUID(int=1)), ("B", UUID(int=2))]
    assert [variant.name for variant in without_variant(two, UUID(int=1)).variants] == ["B"]
    for missing in (
        lambda: without_variant(two, UUID(int=7)),
        lambda: with_variant_replaced(two, UUID(int=7), own),
    ):
        assert isinstance(refusal(missing), NotFoundError)


def test_channels_are_named_with_their_places() -> None:
    definition = FULL.definition(numbered())
    variants = (replace(definition.variants[0], channels=(MAIL,)),)
    placed = replace(definition, channels=(replace(MAIL, enabled=False),), variants=variants)
    assert [pointer for pointer, _ in placed.placed_channels()] == ["/channels/0", "/variants/0/channels/0"]
    assert placed.channel_types() == (ChannelType.EMAIL,)
    assert replace(placed, variants=()).channel_types() == ()


def test_a_definition_without_a_schedule_has_a_start_and_a_zone() -> None:
    assert Definition(name="a").starts_at() is None
    assert Definition(name="a", start_date=NOW).starts_at() == NOW
    assert Definition(name="a").zone() == "UTC"


def test_the_content_hash_tells_definitions_apart_and_nothing_else() -> None:
    assert content_hash(ready()) == content_hash(ready())
    assert content_hash(ready()) != content_hash(ready(tags=("a",)))
    assert len(content_hash(ready())) == 64


def test_a_planned_instant_has_one_execution_wherever_it_is_computed() -> None:
    paris = NOW.astimezone(datetime.fromisoformat("2027-01-01T00:00:00+01:00").tzinfo)
    assert planned_execution_id(UUID(int=1), NOW) == planned_execution_id(UUID(int=1), paris)
    assert planned_execution_id(UUID(int=1), NOW) != planned_execution_id(UUID(int=2), NOW)
    assert planned_execution_id(UUID(int=1), NOW) != planned_execution_id(UUID(int=1), LATER)


def test_the_end_of_its_run_completes_a_one_time_campaign_alone() -> None:
    running = after(draft(), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="a"))
    totals = Totals(audience=2, sent=2, delivered=1)
    assert running.finish_run(UUID(int=77), totals, at=LATER, by="d") == ()
    done = after(running, lambda c: c.finish_run(EXECUTION, totals, at=LATER, by="d"))
    assert (done.status, done.totals, done.execution_id) == (Status.COMPLETED, totals, EXECUTION)
    assert done.finish_run(EXECUTION, totals, at=LATER, by="d") == ()
    active = after(draft(ready(Mode.RECURRING)), lambda c: c.activate(EXECUTION, facts(), at=LATER, by="a"))
    ran = after(active, lambda c: c.start(EXECUTION, facts(), at=LATER, by="a"))
    assert ran.finish_run(EXECUTION, totals, at=LATER, by="d") == ()


def test_a_stream_begins_with_its_creation() -> None:
    with pytest.raises(LookupError):
        evolve(None, CampaignActivated(at=NOW, by="a"))
