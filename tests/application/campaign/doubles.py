"""The world around the campaign's use cases, small enough to look at. Decisions and folding are the real ones."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any
from uuid import UUID

from campaigns.application.campaign.claims import claimed
from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.ports import CampaignFilter, CampaignPage, HistoryEntry, TimetableEntry
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ClaimTakenError, StaleVersionError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import CampaignNotFoundError
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.rule_hours import RuleHours
from campaigns.infrastructure.campaign.sending_hours import DeliveryHours

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
CALLER = Caller(
    tenant_id=TenantId("t"),
    principal="ada",
    scopes=frozenset(Scope),
    command_id=UUID(int=1),
    correlation_id="c",
)


class InMemoryCampaigns:
    """The repository's contract over a dictionary of streams."""

    def __init__(self) -> None:
        self.streams: dict[UUID, list[Any]] = {}
        self.claims: dict[tuple[str, str], UUID] = {}

    def state(self, campaign_id: UUID, events: Sequence[Any] | None = None) -> Campaign:
        stream = self.streams.get(campaign_id, []) if events is None else events
        if not stream:
            raise CampaignNotFoundError("none")
        campaign: Campaign = reduce(evolve, stream, None)  # type: ignore[arg-type, assignment]
        return campaign

    async def get(self, campaign_id: UUID, caller: Caller, expected_version: int | None = None) -> Campaign:
        campaign = self.state(campaign_id)
        if expected_version not in (None, campaign.version):
            raise StaleVersionError
        return campaign

    async def newest(self, campaign_id: UUID, caller: Caller) -> Campaign:
        return self.state(campaign_id)

    async def as_of(
        self, campaign_id: UUID, caller: Caller, *, version: int | None = None, at: datetime | None = None
    ) -> Campaign:
        stream = self.streams.get(campaign_id, [])[:version]
        return self.state(campaign_id, [event for event in stream if at is None or event.at <= at])

    async def record(self, before: Campaign | None, events: Sequence[Any], caller: Caller) -> Receipt:
        after = reduce(evolve, events, before)
        assert after is not None
        changed = claimed(before, after)
        for key in changed.release:
            del self.claims[key]
        for key in changed.take:
            if self.claims.setdefault(key, after.id) != after.id:
                raise ClaimTakenError(*key)
        self.streams.setdefault(after.id, []).extend(events)
        return Receipt(id=after.id, version=after.version, position=1)

    async def entries(self, campaign_id: UUID, caller: Caller) -> Sequence[HistoryEntry]:
        return [
            HistoryEntry(
                version=n,
                event=type(event).__name__,
                at=event.at,
                by=event.by,
                position=n,
                correlation_id="c",
                causation_id=None,
                details={},
            )
            for n, event in enumerate(self.streams[campaign_id], 1)
        ]


class SetClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class CountedIds:
    def __init__(self) -> None:
        self.last = 100

    def new(self) -> UUID:
        self.last += 1
        return UUID(int=self.last)


class World:
    """Everything outside says yes, until a test says otherwise."""

    def __init__(self) -> None:
        self.campaigns, self.clock, self.ids = InMemoryCampaigns(), SetClock(), CountedIds()
        self.limits = CampaignLimits()
        self.people = 2
        self.trouble: dict[str, Any] = {}
        self.asked: list[str] = []
        self.page_asked: dict[str, Any] = {}
        self.entries: list[TimetableEntry] = []
        self.planned: datetime | None = None

    def checks(self) -> LaunchChecks:
        return LaunchChecks(
            limits=_Limits(self),
            content=_Content(self),
            rules=_Rules(self),
            scheduling=_Scheduling(self),
            sizes=_Sizes(self),
            addresses=_Addresses(self),
            recurrence=_Recurrence(self),
            clock=self.clock,
        )

    def answer(self, question: str) -> Any:
        self.asked.append(question)
        trouble = self.trouble.get(question)
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    def handler(self, kind: type[Any]) -> Any:
        """The use case, with its ports found by name."""
        from campaigns.application.campaign.revising import Revising  # noqa: PLC0415

        ports = {
            "campaigns": self.campaigns,
            "history": self.campaigns,
            "clock": self.clock,
            "ids": self.ids,
            "limits": _Limits(self),
            "checks": self.checks(),
            "recurrence": _Recurrence(self),
            "starts": PlannedStarts(self.campaigns, self.checks(), _Scheduling(self), _Recurrence(self), self.clock),
            "scheduling": _Scheduling(self),
            "hours": DeliveryHours(),
            "figures": _Figures(self),
            "listing": _Listing(self),
            "revising": Revising(self.campaigns, _Limits(self), self.clock, self.ids),
        }
        wanted = [name for name in kind.__init__.__annotations__ if name != "return"]
        return kind(**{name: ports[name] for name in wanted})


class _Port:
    def __init__(self, world: World) -> None:
        self.world = world


class _Limits(_Port):
    async def of(self, caller: Caller) -> CampaignLimits:
        return self.world.limits


class _Content(_Port):
    async def problems(self, caller: Caller, channels: Any) -> tuple[Violation, ...]:
        return self.world.answer("content") or ()


class _Rules(_Port):
    async def problems(self, caller: Caller, rule_ids: Any) -> tuple[Violation, ...]:
        return self.world.answer("rules") or ()


class _Scheduling(_Port):
    async def problems(self, caller: Caller, rule_ids: Any) -> tuple[Violation, ...]:
        return self.world.answer("scheduling") or ()

    async def hours(self, caller: Caller, rule_ids: Any) -> tuple[RuleHours, ...]:
        return self.world.answer("hours") or ()


class _Sizes(_Port):
    async def size(self, caller: Caller, campaign_id: UUID, audience: Any) -> int:
        self.world.answer("size")
        return self.world.people


class _Addresses(_Port):
    def problem(self, url: str) -> str | None:
        return self.world.answer(f"address {url}")


class _Recurrence(_Port):
    def problem(self, expression: str, timezone: str) -> str | None:
        return self.world.answer(f"cron {expression}")

    def next_after(self, schedule: Any, anchor: datetime, after: datetime) -> datetime | None:
        self.world.answer(f"next after {after.isoformat()} from {anchor.isoformat()}")
        planned = self.world.planned
        return planned if planned is not None and planned > after else None

    def wall_times(self, schedule: Any, anchor: datetime, day: date) -> tuple[datetime, ...]:
        return ()


class _Figures(_Port):
    async def totals(self, campaign_id: UUID, caller: Caller) -> dict[str, Any]:
        return {"sent": 17, "delivered": 16}

    async def sent(self, campaign_id: UUID, caller: Caller) -> int:
        self.world.asked.append("sent")
        return 17


class _Listing(_Port):
    async def page(self, caller: Caller, wanted: CampaignFilter, **asked: Any) -> CampaignPage:
        self.world.page_asked = {"wanted": wanted} | asked
        return CampaignPage(campaigns=(), total=0, has_more=False, next_cursor=None)


class SetTimetable:
    def __init__(self, world: World) -> None:
        self.world = world

    async def due(self, now: datetime) -> AsyncIterator[TimetableEntry]:
        for entry in self.world.entries:
            yield entry
