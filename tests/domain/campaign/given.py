"""Given these facts, when this is decided, then these facts follow, or this refusal."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from campaigns.domain.campaign.campaign import Campaign, create
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.draft import DefinitionDraft
from campaigns.domain.campaign.events import CampaignEvent
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.readiness import LaunchFacts
from campaigns.domain.campaign.values import (
    AudienceDefinition,
    AudienceSource,
    Mode,
    Schedule,
    Status,
    TriggerDefinition,
)
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId, TriggerId

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
CAMPAIGN, EXECUTION = UUID(int=1), UUID(int=2)
AUTHOR, OPERATOR, APPROVER = "ada", "olga", "anna"
LIMITS = CampaignLimits()
MAIL = Channel(
    channel_type=ChannelType.EMAIL, content=Content(subject="Hello", sender_email="a@b.example", body_text="Hello")
)
EVERYBODY = AudienceDefinition(include=(AudienceSource(user_ids=("u1", "u2")),))


Decision = Callable[[Campaign], Sequence[CampaignEvent]]


def facts(now: datetime = LATER, **outside: Any) -> LaunchFacts:
    return LaunchFacts(**{"now": now, "limits": LIMITS, "audience_size": 2} | outside)


def ready(mode: Mode = Mode.ONE_TIME, **fields: Any) -> Definition:
    """A definition of that mode that may go out as it is."""
    usual: dict[str, Any] = {"name": "Spring", "mode": mode}
    if mode is not Mode.ALWAYS_ON:
        usual |= {"channels": (MAIL,), "audience": EVERYBODY}
    if mode is Mode.RECURRING:
        usual["schedule"] = Schedule(cron="0 9 * * *")
    if mode is Mode.TRIGGERED:
        usual["triggers"] = (TriggerDefinition(trigger_id=TriggerId(UUID(int=9)), event_type="cart.left"),)
    return Definition(**usual | fields)


def written(**fields: Any) -> Definition:
    """A definition as a client would write it."""
    return DefinitionDraft(**{"name": "Spring"} | fields).definition(lambda: UUID(int=7))


def folded(events: Sequence[CampaignEvent], start: Campaign | None = None) -> Campaign:
    after = reduce(evolve, events, start)
    assert after is not None
    return after


def draft(definition: Definition | None = None) -> Campaign:
    return folded(create(CAMPAIGN, TenantId("t"), definition or ready(), LIMITS, at=NOW, by=AUTHOR))


def scheduled(start: datetime = NOW + timedelta(hours=1), **fields: Any) -> Campaign:
    return after(draft(ready(**fields)), lambda c: c.schedule(start, None, facts(NOW), at=NOW, by=AUTHOR))


ACTIVATED: Decision = lambda c: c.activate(EXECUTION, facts(), at=LATER, by=OPERATOR)  # noqa: E731
PAUSED: Decision = lambda c: c.pause(None, 0, at=LATER, by=OPERATOR)  # noqa: E731
COMPLETED: Decision = lambda c: c.complete(at=LATER, by=OPERATOR)  # noqa: E731
CANCELLED: Decision = lambda c: c.cancel("enough", at=LATER, by=OPERATOR)  # noqa: E731
SCHEDULED: Decision = lambda c: c.schedule(NOW + timedelta(hours=1), None, facts(NOW), at=NOW, by=AUTHOR)  # noqa: E731


def _ways() -> dict[tuple[Status, Mode], tuple[Decision, ...]]:
    ways: dict[tuple[Status, Mode], tuple[Decision, ...]] = {}
    for mode in Mode:
        alive = Status.RUNNING if mode is Mode.ONE_TIME else Status.ACTIVE
        ways |= {
            (Status.DRAFT, mode): (),
            (alive, mode): (ACTIVATED,),
            (Status.PAUSED, mode): (ACTIVATED, PAUSED),
            (Status.COMPLETED, mode): (ACTIVATED, COMPLETED),
            (Status.CANCELLED, mode): (CANCELLED,),
        }
    return ways | {(Status.SCHEDULED, Mode.ONE_TIME): (SCHEDULED,)}


WAYS = _ways()


def in_status(status: Status, mode: Mode) -> Campaign | None:
    """A campaign of that mode in that status, brought there by its own decisions; None where no way leads there."""
    if (status, mode) not in WAYS:
        return None
    campaign = draft(ready(mode))
    for decide in WAYS[status, mode]:
        campaign = after(campaign, decide)
    return campaign


def after(campaign: Campaign, decide: Decision) -> Campaign:
    return folded(decide(campaign), campaign)


def refusal(decide: Callable[[], object]) -> DomainError:
    """The refusal of a decision; it fails when nothing is refused."""
    try:
        decide()
    except DomainError as error:
        return error
    raise AssertionError("nothing was refused")


def pointers(error: DomainError) -> list[str]:
    return [violation.pointer for violation in error.violations]


def with_audience(definition: Definition, **fields: Any) -> Definition:
    return replace(definition, audience=AudienceDefinition(**fields))
