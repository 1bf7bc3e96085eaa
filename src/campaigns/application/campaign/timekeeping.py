"""What the clock asks of campaigns: starts that have come, recurrences, ends."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from msgspec.structs import replace

from campaigns.application.campaign.commands.complete_campaign import CompleteCampaign
from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Recurrence, Timetable, TimetableEntry
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.domain.campaign.errors import ConfigurationError, HeldByRuleError
from campaigns.domain.campaign.values import Mode, Status
from campaigns.domain.campaign.written import LONGEST_REASON
from campaigns.domain.shared.errors import DomainError

PRINCIPAL = "scheduler"
MOST_AT_ONCE = 100
"""Missed instants of one campaign that are answered for at one look at the clock."""
_ASKED_AGAIN = timedelta(minutes=1)
_EXPECTED = (DomainError, ConflictError, DependencyDownError)
"""Somebody else was faster, or what is needed is away: the next look at the clock decides again."""


class Timekeeper:
    """Asked now and then. Each command's id is made of campaign and instant: asking twice does nothing twice.

    `grace` is how long somebody else has to start what is planned, before we do.
    """

    def __init__(self, timetable: Timetable, recurrence: Recurrence, bus: Bus, grace: timedelta = timedelta()) -> None:
        self._timetable = timetable
        self._grace = grace
        self._held: dict[UUID, datetime] = {}
        self._recurrence = recurrence
        self._bus = bus

    async def keep(self, now: datetime) -> tuple[Exception, ...]:
        """Carry out what is due; returns what was refused or not possible now, for the log."""
        refusals = list[Exception]()
        async for entry in self._timetable.due(now):
            refusals += await self._catch_up(entry, now)
        return tuple(refusals)

    async def _catch_up(self, entry: TimetableEntry, now: datetime) -> list[Exception]:
        """One instant after the other, until none is due or one is refused."""
        for _ in range(MOST_AT_ONCE):
            command = self.command(entry, now)
            if command is None or self._held.get(entry.campaign_id, now) > now:
                break
            if refusals := await self._carry_out(command, now):
                return refusals
            if not isinstance(command, StartPlannedRun) or entry.status is not Status.ACTIVE:
                break
            entry = replace(entry, planned_until=command.planned_for)
        return []

    def command(self, entry: TimetableEntry, now: datetime) -> CampaignCommand | None:
        """The one thing time asks of this campaign now."""
        if entry.status is not Status.SCHEDULED and entry.ends_at is not None and entry.ends_at <= now:
            caller = _caller(entry, f"end:{entry.ends_at.isoformat()}")
            return CompleteCampaign(campaign_id=entry.campaign_id, caller=caller)
        planned = self.next_start(entry)
        return self._start(entry, planned) if planned is not None and planned <= now - self._grace else None

    def next_start(self, entry: TimetableEntry) -> datetime | None:
        """The next planned instant that nobody has answered for."""
        if entry.status is Status.SCHEDULED:
            return entry.starts_at
        if entry.mode is not Mode.RECURRING or entry.schedule is None or entry.planned_until is None:
            return None
        anchor = entry.starts_at or entry.anchor or entry.planned_until
        return self._recurrence.next_after(entry.schedule, anchor, not_before(entry.planned_until, entry.starts_at))

    def _start(self, entry: TimetableEntry, planned_for: datetime) -> StartPlannedRun:
        caller = _caller(entry, f"start:{planned_for.isoformat()}")
        return StartPlannedRun(campaign_id=entry.campaign_id, planned_for=planned_for, caller=caller)

    def _ask_again_later(self, campaign_id: UUID, until: datetime | None, now: datetime) -> None:
        """The rule may be changed before it opens: it is asked again within a minute."""
        self._held[campaign_id] = min(until or now + _ASKED_AGAIN, now + _ASKED_AGAIN)

    async def _carry_out(self, command: CampaignCommand, now: datetime) -> list[Exception]:
        try:
            await self._bus(command)
        except HeldByRuleError as refusal:
            self._ask_again_later(command.campaign_id, refusal.until, now)
            return [refusal]
        except ConfigurationError as refusal:
            return [refusal, *await self._hold(command, refusal)]
        except _EXPECTED as refusal:
            return [refusal]
        return []

    async def _hold(self, command: CampaignCommand, refusal: ConfigurationError) -> list[Exception]:
        """What is not ready when its time comes is paused with the reason, for a person to look at."""
        broken = "; ".join(f"{violation.pointer} {violation.message}" for violation in refusal.violations)
        caller = _caller_like(command.caller, f"hold:{command.caller.command_id}")
        reason = f"not ready to start: {broken}"[:LONGEST_REASON]
        try:
            await self._bus(PauseCampaign(campaign_id=command.campaign_id, reason=reason, caller=caller))
        except _EXPECTED as second:
            return [second]
        return []


def not_before(answered: datetime, starts_at: datetime | None) -> datetime:
    """What the next planned instant comes after: the last one, and the campaign's start less a moment."""
    return answered if starts_at is None else max(answered, starts_at - timedelta(microseconds=1))


def _caller(entry: TimetableEntry, occasion: str) -> Caller:
    return Caller(
        tenant_id=entry.tenant_id,
        principal=PRINCIPAL,
        scopes=frozenset({Scope.LAUNCH, Scope.WRITE}),
        command_id=uuid5(entry.campaign_id, occasion),
        correlation_id=f"{PRINCIPAL}:{uuid5(entry.campaign_id, occasion)}",
    )


def _caller_like(caller: Caller, occasion: str) -> Caller:
    command_id: UUID = uuid5(caller.command_id, occasion)
    return Caller(
        tenant_id=caller.tenant_id,
        principal=caller.principal,
        scopes=caller.scopes,
        command_id=command_id,
        correlation_id=caller.correlation_id,
    )
