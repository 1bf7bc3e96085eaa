"""What an edited campaign changes for those who still wait."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.delivery.brief import REST, Brief, BriefVariant
from campaigns.domain.delivery.sampling import BriefTest
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId, VariantId

START = datetime(2027, 1, 4, 9, tzinfo=UTC)


def mail(text: str) -> Channel:
    return Channel(channel_type=ChannelType.EMAIL, content=Content(subject="s", body_text=text))


def variant(number: int, text: str) -> BriefVariant:
    return BriefVariant(
        variant_id=VariantId(UUID(int=number)), name=f"v{number}", allocation=50, channels=(mail(text),)
    )


PLANNED = Brief(
    tenant_id=TenantId("acme"),
    campaign_id=CampaignId(UUID(int=9)),
    campaign_name="Spring",
    starts_at=START,
    holdout_percentage=10,
    channels=(mail("http://a.example and HTTPS://b.example"),),
    variants=(variant(1, "old one"), variant(2, "old two https://c.example")),
    unreported=(ChannelType.EMAIL,),
)
EDITED = replace(
    PLANNED,
    starts_at=START + timedelta(hours=3),
    holdout_percentage=20,
    channels=(mail("new"),),
    variants=(variant(3, "new three"), variant(1, "new one")),
    unreported=(),
)


def test_a_variant_may_be_called_as_the_rest_is_while_it_waits() -> None:
    named = replace(PLANNED, variants=(replace(PLANNED.variants[0], name=REST), PLANNED.variants[1]))
    waiting = replace(named, test=BriefTest(sample_percentage=10)).with_rest()
    assert waiting.winner is None
    decided = waiting.decided_for(UUID(int=1)).winner
    assert decided is not None
    assert decided.name == REST


def texts(brief: Brief) -> list[str | None]:
    return [v.channels[0].content.body_text for v in brief.variants]


def test_the_words_are_new_and_the_people_those_of_the_plan() -> None:
    following = PLANNED.followed_by(EDITED)
    assert following.channels == EDITED.channels
    assert [v.variant_id.int for v in following.variants] == [1, 2]
    assert texts(following) == ["new one", "old two https://c.example"]
    assert (following.starts_at, following.holdout_percentage) == (START, 10)
    assert following.unreported == (ChannelType.EMAIL,)


def test_each_edition_numbers_its_links_after_the_former_ones() -> None:
    second = PLANNED.followed_by(EDITED)
    third = second.followed_by(EDITED)
    assert [(b.edition, b.first_link) for b in (PLANNED, second, third)] == [(1, 0), (2, 3), (3, 4)]


def test_an_edited_run_still_answers_the_events_of_those_it_was_gathered_for() -> None:
    run = ExecutionId(UUID(int=7))
    assert PLANNED.gathered(run).followed_by(EDITED).gathered_for == run
