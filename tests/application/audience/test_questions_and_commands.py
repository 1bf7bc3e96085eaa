"""Use cases with their ports given by the test."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.infrastructure.audience.datasets import GivenRules, GivenSegments, rule
from xxhash import xxh3_128_digest

from campaigns.application.audience.catalogue import COMMANDS, QUERIES
from campaigns.application.audience.claims import CLAIM_REFUSALS, SEGMENT_NAME
from campaigns.application.audience.commands.change_segment import ChangeSegment, ChangeSegmentHandler
from campaigns.application.audience.commands.create_segment import CreateSegment, CreateSegmentHandler
from campaigns.application.audience.commands.delete_segment import DeleteSegment, DeleteSegmentHandler
from campaigns.application.audience.commands.import_dataset import ImportDataset, ImportDatasetHandler
from campaigns.application.audience.commands.lift_suppression import LiftSuppression, LiftSuppressionHandler
from campaigns.application.audience.commands.suppress_people import Said, SuppressPeople, SuppressPeopleHandler
from campaigns.application.audience.gathering import meant_by
from campaigns.application.audience.ports import (
    AudienceOrder,
    Estimate,
    FilteredPeople,
    Import,
    PersonFacts,
    SegmentPage,
    StepCount,
    SuppressionPage,
    VariantShare,
)
from campaigns.application.audience.queries.check_eligibility import CheckEligibility, CheckEligibilityHandler
from campaigns.application.audience.queries.estimate_audience import EstimateAudience, EstimateAudienceHandler
from campaigns.application.audience.queries.estimate_segment import EstimateSegment, EstimateSegmentHandler
from campaigns.application.audience.queries.export_suppressions import ExportSuppressions, ExportSuppressionsHandler
from campaigns.application.audience.queries.find_people import FindPeople, FindPeopleHandler
from campaigns.application.audience.queries.list_imports import ListImports, ListImportsHandler
from campaigns.application.audience.queries.list_segments import ListSegments, ListSegmentsHandler
from campaigns.application.audience.queries.list_suppressions import ListSuppressions, ListSuppressionsHandler
from campaigns.application.audience.queries.show_import import ShowImport, ShowImportHandler
from campaigns.application.audience.queries.show_segment import ShowSegment, ShowSegmentHandler
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import ClaimTakenError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.audience.definition import AudienceDefinition, FilterChain, FilterStep, Source
from campaigns.domain.audience.errors import InvalidAudienceError, SegmentNameTakenError, UnreadableImportError
from campaigns.domain.audience.segment import Meaning, Segment, SegmentEvent, evolve
from campaigns.domain.audience.standing import capped_on
from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.errors import InvalidError
from campaigns.domain.shared.ids import CampaignId, SegmentId, TenantId, UserId

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ID = UUID(int=7)
TENANT = TenantId("acme")
CALLER = Caller(tenant_id=TENANT, principal="anna", scopes=frozenset(), command_id=ID, correlation_id="c")
GERMANS = {"field": "country", "operator": "equals", "value": "DE"}


class Clock:
    def now(self) -> datetime:
        return NOW


class Ids:
    def new(self) -> UUID:
        return ID


class KeptSegments:
    """Folds what is recorded."""

    def __init__(self) -> None:
        self.segment: Segment | None = None

    async def get(self, segment_id: UUID, caller: Caller, expected_version: int | None = None) -> Segment:
        assert self.segment is not None
        return self.segment

    async def record(self, before: Segment | None, events: Sequence[SegmentEvent], caller: Caller) -> Receipt:
        for event in events:
            self.segment = evolve(self.segment, event)
        assert self.segment is not None
        return Receipt(id=ID, version=self.segment.version, position=1)


class KeptSuppressions:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.added: list[Suppression] = []
        self.removed: list[tuple[str, str]] = []

    async def add(self, tenant_id: TenantId, suppressions: Sequence[Suppression]) -> int:
        self.added.extend(suppressions)
        return len(suppressions)

    async def remove(self, tenant_id: TenantId, user_id: UserId, channel: str) -> None:
        self.removed.append((user_id, channel))

    async def page(self, tenant_id: TenantId, **asked: Any) -> SuppressionPage:
        assert asked == {"user_id": "u", "channel": "*", "reason": "manual", "limit": 5, "cursor": None}
        return SuppressionPage(suppressions=(), total=3, next_cursor=None)

    async def standing(self, tenant_id: TenantId, user_id: UserId) -> tuple[int, int]:
        return 0, 0

    async def every(self, tenant_id: TenantId) -> AsyncIterator[Suppression]:
        for one in self.added:
            yield one


class KeptImports:
    async def queue(self, upload: Import, content: AsyncIterator[bytes]) -> Import:
        return upload

    async def get(self, tenant_id: TenantId, import_id: UUID) -> Import:
        return a_file(import_id)

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Import], int]:
        return [], limit + offset


def a_file(import_id: UUID) -> Import:
    return Import(
        id=import_id, tenant_id=TENANT, dataset="people", file_name="p.csv", format="csv", bytes=1, status="pending",
        created_by="anna", created_at=NOW,
    )  # fmt: skip


async def nothing() -> AsyncIterator[bytes]:
    yield b""


def test_a_segment_is_created_changed_shown_and_deleted() -> None:
    async def story() -> Segment | None:
        segments = KeptSegments()
        await CreateSegmentHandler(segments, Clock(), Ids())(
            CreateSegment(caller=CALLER, meaning=Meaning(name="S", criteria=GERMANS))
        )
        changed = Meaning(name="T", criteria=GERMANS)
        await ChangeSegmentHandler(segments, Clock())(ChangeSegment(caller=CALLER, segment_id=ID, meaning=changed))
        shown = await ShowSegmentHandler(segments)(ShowSegment(caller=CALLER, segment_id=ID))
        assert shown.meaning == changed
        await DeleteSegmentHandler(segments, Clock())(DeleteSegment(caller=CALLER, segment_id=ID))
        return segments.segment

    segment = asyncio.run(story())
    assert segment is not None
    assert (segment.version, segment.deleted, segment.updated_at) == (3, True, NOW)


def test_a_taken_name_is_refused_in_the_audiences_words() -> None:
    assert isinstance(CLAIM_REFUSALS[SEGMENT_NAME](ClaimTakenError(SEGMENT_NAME, "s")), SegmentNameTakenError)


def test_who_is_suppressed_is_kept_with_who_said_so_and_when() -> None:
    kept = KeptSuppressions()
    said = (Said(user_id=UserId("u"), reason="bounced", channel=ChannelType.EMAIL), Said(user_id=UserId("v")))
    count = asyncio.run(SuppressPeopleHandler(kept, Clock())(SuppressPeople(caller=CALLER, said=said, source="import")))
    assert count == 2
    assert [(one.user_id, one.channel, one.reason, one.source, one.created_by) for one in kept.added] == [
        ("u", "email", "bounced", "import", "anna"),
        ("v", "*", "manual", "import", "anna"),
    ]


def test_suppressions_are_lifted_listed_and_exported() -> None:
    async def story() -> None:
        kept = KeptSuppressions()
        await LiftSuppressionHandler(kept)(LiftSuppression(caller=CALLER, user_id=UserId("u"), channel="*"))
        assert kept.removed == [("u", "*")]
        query = ListSuppressions(caller=CALLER, user_id="u", channel="*", reason="manual", limit=5)
        assert (await ListSuppressionsHandler(kept)(query)).total == 3
        await SuppressPeopleHandler(kept, Clock())(SuppressPeople(caller=CALLER, said=(Said(user_id=UserId("x")),)))
        exported = await ExportSuppressionsHandler(kept)(ExportSuppressions(caller=CALLER))
        assert [one.user_id async for one in exported] == ["x"]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("name", "kind"), [("p.csv", "csv"), ("P.TSV", "csv"), ("a.b.xlsx", "xlsx"), ("x.parquet", "parquet")]
)
def test_a_files_name_says_what_it_is(name: str, kind: str) -> None:
    command = ImportDataset(caller=CALLER, file_name=name, content=nothing())
    queued = asyncio.run(ImportDatasetHandler(KeptImports(), Clock(), Ids())(command))
    assert (queued.format, queued.status, queued.dataset) == (kind, "pending", "people")


@pytest.mark.parametrize(
    ("name", "dataset", "pointers"),
    [("people", "people", ["/file"]), ("p.csv", "../etc", ["/dataset"]), ("p.pdf", "", ["/file", "/dataset"])],
)
def test_an_upload_that_cannot_be_is_refused_at_once(name: str, dataset: str, pointers: list[str]) -> None:
    command = ImportDataset(caller=CALLER, file_name=name, content=nothing(), dataset=dataset)
    with pytest.raises(UnreadableImportError) as refused:
        asyncio.run(ImportDatasetHandler(KeptImports(), Clock(), Ids())(command))
    assert [violation.pointer for violation in refused.value.violations] == pointers


def test_imports_are_shown_and_listed() -> None:
    assert asyncio.run(ShowImportHandler(KeptImports())(ShowImport(caller=CALLER, import_id=ID))).id == ID
    assert asyncio.run(ListImportsHandler(KeptImports())(ListImports(caller=CALLER, limit=2, offset=3))) == ([], 5)


def test_segments_are_listed() -> None:
    class Listing:
        async def page(self, caller: Caller, *, search: str | None, limit: int, offset: int) -> SegmentPage:
            return SegmentPage(segments=(), total=limit + offset)

    page = asyncio.run(ListSegmentsHandler(Listing())(ListSegments(caller=CALLER, limit=2, offset=3)))
    assert page.total == 5


class Everything:
    """An order, and what is known of one person, and of others."""

    def __init__(
        self, order: AudienceOrder, facts: PersonFacts, others: Mapping[str, PersonFacts] | None = None
    ) -> None:
        self._order = order
        self._facts = {"u": facts, **(others or {})}
        self.estimated: list[AudienceOrder] = []

    async def of(self, campaign_id: UUID, caller: Caller) -> AudienceOrder:
        return self._order

    async def drawn(self, order: AudienceOrder) -> AudienceOrder:
        return (
            replace(order, drawn={'{"country":"DE"}': 0, '{"country":"FR"}': 1 << 62})
            if order.holdout_strata
            else order
        )

    def resolve(self, order: AudienceOrder) -> Any:
        raise AssertionError("a question about one person reads nobody else")

    async def facts(self, order: AudienceOrder, user_id: UserId) -> PersonFacts:
        return self._facts[user_id]

    async def estimate(self, order: AudienceOrder) -> Estimate:
        self.estimated.append(order)
        return Estimate(
            sources=(), included=1, after_exclusions=1, filters=(), audience=1, after_suppression=1, after_holdout=1,
            skipped={}, computed_at=NOW,
        )  # fmt: skip


def an_order(definition: AudienceDefinition, **more: Any) -> AudienceOrder:
    fields: dict[str, Any] = {"channels": (ChannelType.EMAIL,), "now": NOW}
    return AudienceOrder(tenant_id=TENANT, campaign_id=CampaignId(ID), definition=definition, **{**fields, **more})


def facts(**more: Any) -> PersonFacts:
    known = {"user_id": "u", "email": "u@a.example", "country": "DE"}
    fields: dict[str, Any] = {"attributes": known, "has_profile": True, "filtered_by": None}
    return PersonFacts(**{**fields, "everywhere": 0, "by_channel": 0, **more})


def told(
    order: AudienceOrder,
    known: PersonFacts,
    rules: GivenRules | None = None,
    others: Mapping[str, PersonFacts] | None = None,
) -> str:
    everything = Everything(order, known, others)
    handler = CheckEligibilityHandler(
        everything, everything, GivenSegments(), rules or GivenRules(), xxh3_128_digest, resolver=everything
    )
    found = asyncio.run(handler(CheckEligibility(caller=CALLER, campaign_id=ID, user_id=UserId("u"))))
    assert found.eligible is (found.reason == "eligible")
    return found.reason


INCLUDED = AudienceDefinition(include=(Source(criteria=GERMANS),))


def test_a_person_is_told_the_first_thing_that_stands_against_them() -> None:
    with_rule = AudienceDefinition(include=INCLUDED.include, targeting_rules=(rule(1).id,))
    french = parse({"field": "country", "operator": "equals", "value": "FR"})
    german = parse(GERMANS)
    assert told(an_order(INCLUDED), facts()) == "eligible"
    assert told(an_order(AudienceDefinition()), facts()) == "not_included"
    assert told(an_order(INCLUDED), facts(has_profile=False)) == "not_included"
    excluded = AudienceDefinition(include=INCLUDED.include, exclude=INCLUDED.include)
    assert told(an_order(excluded), facts()) == "excluded"
    barred = AudienceDefinition(include=INCLUDED.include, excluded_users=(UserId("u"),))
    assert told(an_order(barred), facts()) == "excluded_user"
    assert told(an_order(with_rule), facts(), GivenRules([rule(1, criteria=german)])) == "eligible"
    assert told(an_order(with_rule), facts(), GivenRules([rule(1, criteria=french)])) == "targeting_rules"
    assert told(an_order(with_rule), facts(), GivenRules([rule(1)], holds_for=["u"])) == "eligible"
    assert told(an_order(with_rule), facts(), GivenRules([rule(1)])) == "targeting_rules"
    assert told(an_order(INCLUDED), facts(filtered_by="blacklist")) == "filter:blacklist"
    assert told(an_order(INCLUDED), facts(everywhere=6)) == "deleted"
    assert told(an_order(INCLUDED, holdout_percentage=Decimal(100)), facts()) == "holdout"
    control = (VariantShare(allocation=Decimal(100), is_control=True),)
    assert told(an_order(INCLUDED, variants=control), facts()) == "control"
    own = (VariantShare(allocation=Decimal(100), channels=(ChannelType.SMS,)),)
    assert told(an_order(INCLUDED, variants=own), facts()) == "no_address"


def test_a_person_over_a_frequency_cap_is_told_so_before_any_draw() -> None:
    held_out = an_order(INCLUDED, holdout_percentage=Decimal(100))
    assert told(held_out, facts(capped=capped_on(None))) == "frequency_cap"
    assert told(an_order(INCLUDED), facts(capped=capped_on(None), everywhere=6)) == "deleted"


def test_a_person_is_held_out_by_the_bound_of_their_stratum() -> None:
    order = an_order(
        AudienceDefinition(include=(Source(criteria={"field": "country", "operator": "exists"}),)),
        holdout_percentage=Decimal(10),
        holdout_strata=("country",),
    )
    german = facts()
    french = facts(attributes={**german.attributes, "country": "FR"})
    assert (told(order, german), told(order, french)) == ("eligible", "holdout")


def test_whoever_shares_an_address_is_told_so_when_somebody_before_them_gets_the_message() -> None:
    sharing = facts(sharing={"email": (UserId("a"), UserId("b")), "phone": (UserId("c"),)})
    barred, eligible = facts(everywhere=3), facts()
    assert told(an_order(INCLUDED), sharing, others={"a": barred, "b": eligible}) == "duplicate_address"
    assert told(an_order(INCLUDED), sharing, others={"a": barred, "b": barred}) == "eligible"


def test_a_rule_that_is_missing_is_named_for_one_person_too() -> None:
    with_rule = AudienceDefinition(include=INCLUDED.include, targeting_rules=(rule(1).id,))
    for rules in (GivenRules(), GivenRules([rule(1, enabled=False)])):
        with pytest.raises(InvalidAudienceError):
            told(an_order(with_rule), facts(), rules)


def test_a_segment_that_is_not_there_means_nobody() -> None:
    assert meant_by([Source(segment_id=SegmentId(ID))], {}).named == frozenset()


def test_filters_and_segments_are_listed_from_the_definition() -> None:
    step = FilterStep(name="x", listed_in=("y",))
    one = Source(segment_id=SegmentId(ID))
    definition = AudienceDefinition(include=(one, one), filters=(step,))
    assert (definition.steps(), definition.segments(), INCLUDED.steps()) == ((step,), (ID,), ())


def test_a_campaign_and_a_segment_are_estimated() -> None:
    async def story() -> Everything:
        everything = Everything(an_order(INCLUDED), facts())
        await EstimateAudienceHandler(everything, everything)(EstimateAudience(caller=CALLER, campaign_id=ID))
        segments = KeptSegments()
        create = CreateSegment(caller=CALLER, meaning=Meaning(name="S", criteria=GERMANS))
        await CreateSegmentHandler(segments, Clock(), Ids())(create)
        handler = EstimateSegmentHandler(segments, everything, Clock())
        await handler(EstimateSegment(caller=CALLER, segment_id=ID))
        return everything

    first, second = asyncio.run(story()).estimated
    assert first.definition == second.definition == INCLUDED
    assert second.channels == ()


class OnePerson:
    def columns(self, tenant_id: TenantId, dataset: str) -> Sequence[str]:
        return ("user_id",)

    async def count(self, tenant_id: TenantId, dataset: str, criteria: Any, now: datetime) -> int:
        return 1 if criteria else 2

    async def rows(
        self, tenant_id: TenantId, dataset: str, criteria: Any, now: datetime, limit: int | None
    ) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        yield [{"user_id": "u"}]

    async def filtered(self, *_: Any) -> FilteredPeople:
        rows = self.rows(TENANT, "people", None, NOW, None)
        return FilteredPeople(steps=(StepCount("device", 4, 3), StepCount("product", 2, 1)), batches=rows)


def test_of_filtered_people_the_last_step_says_how_many_are_left() -> None:
    asked = FindPeople(caller=CALLER, filters=FilterChain(devices=("android",), products=("card",)))
    found = asyncio.run(FindPeopleHandler(OnePerson(), Clock())(asked))
    assert (found.count, [step.removed for step in found.steps]) == (1, [4, 2])


def test_people_are_found_by_criteria() -> None:
    async def story(criteria: dict[str, Any] | None) -> tuple[int, list[Any]]:
        found = await FindPeopleHandler(OnePerson(), Clock())(FindPeople(caller=CALLER, criteria=criteria))
        return found.count, [row async for batch in found.batches for row in batch]

    assert asyncio.run(story(None)) == (2, [{"user_id": "u"}])
    assert asyncio.run(story(GERMANS))[0] == 1
    with pytest.raises(InvalidError):
        asyncio.run(story({"field": 1}))


def test_every_message_has_its_handler() -> None:
    for message, handler in {**COMMANDS, **QUERIES}.items():
        assert handler.__name__ == f"{message.__name__}Handler"
