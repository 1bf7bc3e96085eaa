"""The next runs of a campaign, before they happen; also of a draft."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from campaigns.application.campaign.messages import CampaignQuery
from campaigns.application.campaign.ports import Campaigns, Recurrence, SchedulingRules, SendingHours
from campaigns.application.campaign.timekeeping import not_before
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.clock_remarks import clock_remarks
from campaigns.domain.campaign.errors import ConfigurationError
from campaigns.domain.campaign.foretelling import PlannedRun, remarks_on
from campaigns.domain.campaign.values import Mode, Schedule, Status
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.rule_hours import RuleHours, open_from
from campaigns.domain.shared.wall_clocks import LAST_ZONE, SPREAD, shown

MOST = 100
_OVER = (Status.COMPLETED, Status.CANCELLED)


class PreviewSchedule(CampaignQuery, frozen=True, kw_only=True):
    count: int = 10


class SchedulePreview(Struct, frozen=True, kw_only=True):
    """The next runs, at most as many as were asked for; `remarks` hold for all of them."""

    mode: Mode
    status: Status
    timezone: str
    at_recipient_local_time: bool
    ends_at: datetime | None
    runs: tuple[PlannedRun, ...]
    remarks: tuple[str, ...]


class PreviewScheduleHandler:
    """A draft is looked at as if it were activated now. ConfigurationError for a schedule that cannot be read.

    DependencyDownError when scheduling rules cannot be asked.
    """

    def __init__(
        self,
        campaigns: Campaigns,
        recurrence: Recurrence,
        hours: SendingHours,
        scheduling: SchedulingRules,
        clock: Clock,
    ) -> None:
        self._campaigns = campaigns
        self._scheduling = scheduling
        self._recurrence = recurrence
        self._hours = hours
        self._clock = clock

    async def __call__(self, query: PreviewSchedule) -> SchedulePreview:
        campaign = await self._campaigns.newest(query.campaign_id, query.caller)
        campaign.require_existing()
        definition = campaign.definition
        self._require_readable(campaign)
        return SchedulePreview(
            mode=definition.mode,
            status=campaign.status,
            timezone=definition.zone(),
            at_recipient_local_time=definition.follows_local_time(),
            ends_at=definition.end_date,
            runs=tuple(self._runs(campaign, query.count, await self._rules(campaign, query.caller))),
            remarks=remarks_on(definition.mode, definition.schedule),
        )

    def _require_readable(self, campaign: Campaign) -> None:
        schedule = campaign.definition.schedule
        if schedule is None or schedule.cron is None:
            return
        if problem := self._recurrence.problem(schedule.cron, schedule.timezone):
            raise ConfigurationError("The schedule cannot be read", (Violation("/schedule/cron", problem),))

    async def _rules(self, campaign: Campaign, caller: Caller) -> tuple[RuleHours, ...]:
        schedule = campaign.definition.schedule
        if schedule is None or not schedule.scheduling_rules:
            return ()
        return await self._scheduling.hours(caller, schedule.scheduling_rules)

    def _runs(self, campaign: Campaign, count: int, rules: Sequence[RuleHours]) -> Iterator[PlannedRun]:
        if campaign.status in _OVER:
            return
        ends_at = campaign.definition.end_date
        for _, planned in zip(range(count), self._instants(campaign), strict=False):
            if ends_at is not None and planned >= ends_at:
                return
            yield self._run(campaign, planned, rules)

    def _instants(self, campaign: Campaign) -> Iterator[datetime]:
        now, schedule = self._clock.now(), campaign.definition.schedule
        start = campaign.definition.begins_at()
        if campaign.definition.mode is Mode.ONE_TIME and start is not None and self._still_comes(campaign, start):
            yield start
        if not campaign.recurs() or schedule is None:
            return
        anchor = campaign.anchor() or campaign.definition.first_instant(now)
        planned = self._recurrence.next_after(
            schedule, anchor, not_before(max(campaign.last_planned or now, now), start)
        )
        while planned is not None:
            yield planned
            planned = self._recurrence.next_after(schedule, anchor, planned)

    def _still_comes(self, campaign: Campaign, start: datetime) -> bool:
        """Where people's own clocks count, a start counts until it has passed for everybody."""
        late = campaign.late_by(start, self._clock.now())
        return late <= timedelta() and not campaign.launched

    def _run(self, campaign: Campaign, planned: datetime, rules: Sequence[RuleHours]) -> PlannedRun:
        schedule, zone = campaign.definition.schedule or Schedule(), ZoneInfo(campaign.definition.zone())
        opens = self._hours.first_open(schedule, planned)
        return PlannedRun(
            planned_for=planned.astimezone(UTC),
            local=planned.astimezone(zone),
            first_message=opens,
            last_zone=planned + SPREAD if schedule.at_recipient_local_time else None,
            remarks=(
                *self._clock_remarks(campaign, planned, zone),
                *_rule_remarks(campaign, planned, open_from(rules, planned), zone),
                *_window_remarks(planned, opens, zone),
            ),
        )

    def _clock_remarks(self, campaign: Campaign, planned: datetime, zone: ZoneInfo) -> tuple[str, ...]:
        schedule = campaign.definition.schedule
        if campaign.definition.follows_local_time():
            local = shown(planned + SPREAD, LAST_ZONE)
            return (f"everybody is written to when their own clock shows {local:%Y-%m-%d %H:%M}",)
        if not campaign.recurs() or schedule is None:
            return clock_remarks(planned, (), zone)
        anchor = campaign.anchor() or self._clock.now()
        meant = self._recurrence.wall_times(schedule, anchor, shown(planned, zone).date())
        return clock_remarks(planned, meant, zone)


def _rule_remarks(campaign: Campaign, planned: datetime, opens: datetime | None, zone: ZoneInfo) -> tuple[str, ...]:
    if opens == planned:
        return ()
    if opens is None or campaign.late_by(planned, opens) > campaign.patience():
        return ("scheduling rules hold it for longer than a start may be late: it is let go",)
    return (f"scheduling rules hold it until {shown(opens, zone):%Y-%m-%d %H:%M}",)


def _window_remarks(planned: datetime, opens: datetime | None, zone: ZoneInfo) -> tuple[str, ...]:
    if opens is None:
        return ("the send windows and the excluded weekends leave no time to send",)
    if opens == planned:
        return ()
    return (f"no send window is open then; the first message leaves at {shown(opens, zone):%Y-%m-%d %H:%M}",)
