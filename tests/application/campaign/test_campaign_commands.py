"""Each use case: what it loads, decides and records."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.application.campaign.doubles import CALLER, NOW, World

from campaigns.application.campaign.catalogue import CLAIM_REFUSALS, COMMANDS, QUERIES
from campaigns.application.campaign.claims import NAME, RUNNING, held
from campaigns.application.campaign.commands.activate_campaign import ActivateCampaign
from campaigns.application.campaign.commands.add_variant import AddVariant
from campaigns.application.campaign.commands.approve_campaign import ApproveCampaign
from campaigns.application.campaign.commands.cancel_campaign import CancelCampaign
from campaigns.application.campaign.commands.clone_campaign import CloneCampaign
from campaigns.application.campaign.commands.complete_campaign import CompleteCampaign
from campaigns.application.campaign.commands.create_campaign import CreateCampaign
from campaigns.application.campaign.commands.delete_campaign import DeleteCampaign
from campaigns.application.campaign.commands.finish_run import FinishRun
from campaigns.application.campaign.commands.patch_campaign import PatchCampaign
from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.campaign.commands.reject_campaign import RejectCampaign
from campaigns.application.campaign.commands.remove_variant import RemoveVariant
from campaigns.application.campaign.commands.replace_campaign import ReplaceCampaign
from campaigns.application.campaign.commands.replace_variant import ReplaceVariant
from campaigns.application.campaign.commands.resume_campaign import ResumeCampaign
from campaigns.application.campaign.commands.schedule_campaign import ScheduleCampaign
from campaigns.application.campaign.commands.set_audience import SetAudience
from campaigns.application.campaign.commands.start_campaign import StartCampaign
from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun
from campaigns.application.campaign.commands.submit_campaign import SubmitCampaign
from campaigns.application.campaign.commands.unschedule_campaign import UnscheduleCampaign
from campaigns.application.campaign.published import PUBLISHED
from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.campaign.queries.campaign_history import HistoryOfCampaign
from campaigns.application.campaign.queries.list_campaigns import ListCampaigns
from campaigns.application.shared.errors import (
    ClaimLimitError,
    ClaimTakenError,
    DependencyDownError,
    StaleVersionError,
)
from campaigns.domain.campaign.draft import DefinitionDraft, ScheduleDraft, TriggerDraft, VariantDraft
from campaigns.domain.campaign.errors import ConfigurationError, TransitionError
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.campaign.values import Approval, AudienceDefinition, AudienceSource, Mode, Status, Totals
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import InvalidError, LimitError, NotFoundError, RefusedError, Violation
from campaigns.domain.shared.ids import RuleId, UserId

MAIL = Channel(channel_type=ChannelType.EMAIL, content=Content(subject="s", sender_email="a@b.example", body_text="b"))
HOOK = Channel(channel_type=ChannelType.WEBHOOK, content=Content(url="https://a.example"))
PEOPLE = AudienceDefinition(include=(AudienceSource(user_ids=(UserId("u1"),)),))


def one_time(**fields: Any) -> DefinitionDraft:
    usual = {"name": "Spring", "mode": Mode.ONE_TIME, "channels": (MAIL,), "audience": PEOPLE}
    return DefinitionDraft(**usual | fields)


@pytest.fixture
def world() -> World:
    return World()


def carry_out(world: World, kind: type[Any], **fields: Any) -> Any:
    message = kind(**{"caller": CALLER} | fields)
    handler = world.handler((COMMANDS | QUERIES)[kind])
    return asyncio.run(handler(message))


def new(world: World, draft: DefinitionDraft | None = None) -> UUID:
    receipt = carry_out(world, CreateCampaign, draft=draft or one_time())
    assert receipt.version == 1
    found: UUID = receipt.id
    return found


def test_a_campaign_s_whole_life(world: World) -> None:
    campaign_id = new(world)
    for kind, fields, status in (
        (SubmitCampaign, {}, Status.DRAFT),
        (RejectCampaign, {"reason": "too loud"}, Status.DRAFT),
        (ScheduleCampaign, {"start": NOW + timedelta(hours=1)}, Status.SCHEDULED),
        (UnscheduleCampaign, {}, Status.DRAFT),
        (ActivateCampaign, {}, Status.SCHEDULED),
        (StartCampaign, {}, Status.RUNNING),
        (PauseCampaign, {"reason": "a typo"}, Status.PAUSED),
        (ResumeCampaign, {}, Status.RUNNING),
        (CompleteCampaign, {}, Status.COMPLETED),
    ):
        before = world.campaigns.state(campaign_id)
        receipt = carry_out(world, kind, campaign_id=campaign_id, **fields)
        after = world.campaigns.state(campaign_id)
        assert (after.status, after.version) == (status, receipt.version), kind
        assert after.version == before.version + 1
        assert world.campaigns.streams[campaign_id][-1].by == "ada"
        assert world.campaigns.streams[campaign_id][-1].at == NOW
    carry_out(world, DeleteCampaign, campaign_id=campaign_id)
    assert world.campaigns.state(campaign_id).deleted


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ReplaceCampaign, {"draft": one_time()}),
        (PatchCampaign, {"patch": {"tags": ["a"]}}),
        (CancelCampaign, {"reason": "enough"}),
        (ActivateCampaign, {}),
        (DeleteCampaign, {}),
    ],
)
def test_a_command_for_an_older_version_is_not_carried_out(world: World, kind: type[Any], fields: Any) -> None:
    campaign_id = new(world)
    with pytest.raises(StaleVersionError):
        carry_out(world, kind, campaign_id=campaign_id, expected_version=7, **fields)
    assert world.campaigns.state(campaign_id).version == 1
    carry_out(world, kind, campaign_id=campaign_id, expected_version=1, **fields)


def test_a_definition_is_replaced_patched_and_given_an_audience(world: World) -> None:
    campaign_id = new(world)
    carry_out(world, ReplaceCampaign, campaign_id=campaign_id, draft=DefinitionDraft(name="Summer"))
    carry_out(world, PatchCampaign, campaign_id=campaign_id, patch={"tags": ["a"]})
    carry_out(world, SetAudience, campaign_id=campaign_id, audience=PEOPLE)
    definition = world.campaigns.state(campaign_id).definition
    assert (definition.name, definition.mode, definition.tags, definition.audience) == (
        "Summer",
        Mode.ALWAYS_ON,
        ("a",),
        PEOPLE,
    )


def test_variants_come_and_go(world: World) -> None:
    campaign_id = new(world)
    draft = VariantDraft(name="A", allocation_percentage=50)
    carry_out(world, AddVariant, campaign_id=campaign_id, variant=draft)
    variant = world.campaigns.state(campaign_id).definition.variants[0]
    renamed = VariantDraft(name="B", allocation_percentage=60)
    carry_out(world, ReplaceVariant, campaign_id=campaign_id, variant_id=variant.variant_id, variant=renamed)
    assert world.campaigns.state(campaign_id).definition.variants[0].name == "B"
    carry_out(world, RemoveVariant, campaign_id=campaign_id, variant_id=variant.variant_id)
    assert world.campaigns.state(campaign_id).definition.variants == ()


def test_a_running_campaign_is_not_rewritten(world: World) -> None:
    campaign_id = new(world)
    carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    with pytest.raises(TransitionError):
        carry_out(world, PatchCampaign, campaign_id=campaign_id, patch={"nonsense": 1})


def test_names_are_claimed_and_given_back(world: World) -> None:
    campaign_id = new(world)
    with pytest.raises(ClaimTakenError):
        new(world, one_time(name=" SPRING "))
    carry_out(world, PatchCampaign, campaign_id=campaign_id, patch={"name": "Summer"})
    other = new(world)
    carry_out(world, DeleteCampaign, campaign_id=other)
    new(world)


def test_a_slot_is_held_while_running_and_not_while_paused(world: World) -> None:
    campaign_id = new(world)
    slot = (RUNNING, str(campaign_id))
    expected = {ActivateCampaign: True, PauseCampaign: False, ResumeCampaign: True, CompleteCampaign: False}
    for kind, is_held in expected.items():
        carry_out(world, kind, campaign_id=campaign_id)
        assert (slot in world.campaigns.claims) is is_held
        assert (slot in held(world.campaigns.state(campaign_id))) is is_held


def test_set_wide_rules_are_refused_in_words() -> None:
    taken = CLAIM_REFUSALS[NAME](ClaimTakenError(NAME, "spring"))
    assert isinstance(taken, RefusedError)
    assert taken.code == "campaign.name_taken"
    full = CLAIM_REFUSALS[RUNNING](ClaimLimitError(RUNNING, 5))
    assert isinstance(full, LimitError)
    assert (full.code, "At most 5" in full.detail) == ("campaign.resource_limit", True)


def test_a_clone_is_a_draft_of_its_own(world: World) -> None:
    original = new(world, one_time(variants=(VariantDraft(name="A", allocation_percentage=100),)))
    carry_out(world, CancelCampaign, campaign_id=original, reason="enough")
    receipt = carry_out(world, CloneCampaign, campaign_id=original, name="Summer")
    clone, origin = world.campaigns.state(receipt.id), world.campaigns.state(original)
    assert (clone.cloned_from, clone.status, clone.definition.name) == (original, Status.DRAFT, "Summer")
    assert clone.definition.variants[0].variant_id != origin.definition.variants[0].variant_id


def test_pausing_notes_what_was_sent_and_asks_only_after_a_run(world: World) -> None:
    live = new(world, DefinitionDraft(name="Live"))
    carry_out(world, ActivateCampaign, campaign_id=live)
    carry_out(world, PauseCampaign, campaign_id=live)
    assert world.campaigns.streams[live][-1].messages_sent == 0
    assert "sent" not in world.asked
    running = new(world)
    carry_out(world, ActivateCampaign, campaign_id=running)
    carry_out(world, PauseCampaign, campaign_id=running)
    assert world.campaigns.streams[running][-1].messages_sent == 17


def test_what_the_status_refuses_is_not_asked_of_the_outside(world: World) -> None:
    campaign_id = new(world)
    carry_out(world, CancelCampaign, campaign_id=campaign_id, reason="enough")
    for kind, fields in ((ActivateCampaign, {}), (StartCampaign, {}), (ResumeCampaign, {}), (ScheduleCampaign, {})):
        with pytest.raises(TransitionError):
            carry_out(world, kind, campaign_id=campaign_id, **fields)
    assert world.asked == []


def test_every_objection_from_outside_reaches_the_refusal(world: World) -> None:
    rules = AudienceDefinition(include=PEOPLE.include, targeting_rules=(RuleId(UUID(int=1)),))
    campaign_id = new(world, one_time(audience=rules, channels=(MAIL, HOOK)))
    world.trouble = {
        "content": (Violation("/channels/0/content", "unknown filter"),),
        "rules": (Violation("/audience/targeting_rules/0", "disabled"),),
        "size": InvalidError("unknown", (Violation("/audience/include/0", "unknown segment"),)),
        "address https://a.example": "leads inside",
    }
    with pytest.raises(ConfigurationError) as refused:
        carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    assert {violation.pointer for violation in refused.value.violations} == {
        "/channels/0/content",
        "/channels/1/content/url",
        "/audience/targeting_rules/0",
        "/audience/include/0",
    }


def test_an_audience_that_cannot_be_resolved_is_named_even_without_a_pointer(world: World) -> None:
    campaign_id = new(world)
    world.trouble = {"size": InvalidError("no such dataset")}
    with pytest.raises(ConfigurationError) as refused:
        carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    assert refused.value.violations == (Violation("/audience", "no such dataset"),)


@pytest.mark.parametrize("question", ["content", "rules", "size"])
def test_silence_is_never_a_yes(world: World, question: str) -> None:
    rules = AudienceDefinition(include=PEOPLE.include, targeting_rules=(RuleId(UUID(int=1)),))
    campaign_id = new(world, one_time(audience=rules))
    world.trouble = {question: DependencyDownError(question, "away")}
    with pytest.raises(DependencyDownError):
        carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    assert world.campaigns.state(campaign_id).status is Status.DRAFT


def test_nobody_is_counted_who_is_not_addressed(world: World) -> None:
    trigger = (TriggerDraft(event_type="cart.left"),)
    for draft in (DefinitionDraft(name="A"), one_time(name="B", mode=Mode.TRIGGERED, triggers=trigger)):
        carry_out(world, ActivateCampaign, campaign_id=new(world, draft))
    assert "size" not in world.asked


@pytest.mark.parametrize(("cron", "trouble"), [("0 9 * * *", None), ("* * * * *", "too often")])
def test_a_cron_expression_is_judged_outside(world: World, cron: str, trouble: str | None) -> None:
    campaign_id = new(world, one_time(mode=Mode.RECURRING, schedule=ScheduleDraft(cron=cron)))
    world.trouble = {f"cron {cron}": trouble}
    if trouble is None:
        carry_out(world, ActivateCampaign, campaign_id=campaign_id)
        return
    with pytest.raises(ConfigurationError) as refused:
        carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    assert refused.value.violations == (Violation("/schedule/cron", trouble),)


def test_a_planned_run_has_the_id_of_its_instant(world: World) -> None:
    start = NOW + timedelta(hours=1)
    campaign_id = new(world)
    carry_out(world, ScheduleCampaign, campaign_id=campaign_id, start=start)
    world.clock.at = start
    carry_out(world, StartPlannedRun, campaign_id=campaign_id, planned_for=start)
    assert world.campaigns.state(campaign_id).execution_id == planned_execution_id(campaign_id, start)
    with pytest.raises(TransitionError):
        carry_out(world, StartPlannedRun, campaign_id=campaign_id, planned_for=start)


def test_the_end_of_its_run_completes_with_what_was_delivered(world: World) -> None:
    campaign_id = new(world)
    carry_out(world, ActivateCampaign, campaign_id=campaign_id)
    run = world.campaigns.state(campaign_id).execution_id
    carry_out(world, FinishRun, campaign_id=campaign_id, execution_id=run, totals=Totals(audience=2, sent=2))
    done = world.campaigns.state(campaign_id)
    assert (done.status, done.totals) == (Status.COMPLETED, Totals(audience=2, sent=2, delivered=16))


def test_somebody_else_approves(world: World) -> None:
    campaign_id = new(world)
    carry_out(world, SubmitCampaign, campaign_id=campaign_id)
    with pytest.raises(RefusedError):
        carry_out(world, ApproveCampaign, campaign_id=campaign_id)
    carry_out(world, ApproveCampaign, campaign_id=campaign_id, caller=replace(CALLER, principal="anna"))
    assert world.campaigns.state(campaign_id).approval is Approval.APPROVED


def test_news_has_a_description_and_a_name_of_its_own() -> None:
    assert len(set(PUBLISHED.values())) == len(PUBLISHED) == 16
    for name, news in PUBLISHED.items():
        assert name.startswith("campaign.")
        assert news.__doc__


def test_details_are_of_now_of_a_version_or_of_an_instant(world: World) -> None:
    campaign_id = new(world)
    world.clock.at = NOW + timedelta(hours=1)
    carry_out(world, PatchCampaign, campaign_id=campaign_id, patch={"tags": ["later"]})
    for fields, tags in (
        ({}, ("later",)),
        ({"as_of_version": 1}, ()),
        ({"as_of": NOW}, ()),
        ({"at_least_version": 2}, ("later",)),
        ({"at_least_version": 3}, ("later",)),
    ):
        view = carry_out(world, CampaignDetails, campaign_id=campaign_id, **fields)
        assert view.tags == tags, fields
        assert view.metrics == {"sent": 17, "delivered": 16}
    carry_out(world, DeleteCampaign, campaign_id=campaign_id)
    with pytest.raises(NotFoundError):
        carry_out(world, CampaignDetails, campaign_id=campaign_id)
    assert len(carry_out(world, HistoryOfCampaign, campaign_id=campaign_id)) == 3


def test_a_list_is_asked_as_it_was_wanted(world: World) -> None:
    carry_out(world, ListCampaigns, sort="name", descending=False, limit=3, offset=6, cursor="c")
    assert {name: value for name, value in world.page_asked.items() if name != "wanted"} == {
        "sort": "name",
        "descending": False,
        "limit": 3,
        "offset": 6,
        "cursor": "c",
    }
