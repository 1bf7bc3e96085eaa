"""Asking the outside about a launch: each question goes to its port, the answers become `LaunchFacts`."""

from uuid import UUID

from campaigns.application.campaign.ports import (
    AddressPolicy,
    AudienceSizes,
    ContentChecks,
    Limits,
    Recurrence,
    RuleChecks,
    SchedulingRules,
)
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.readiness import LaunchFacts
from campaigns.domain.campaign.values import Mode
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import InvalidError, Violation

_COUNTED = frozenset({Mode.ONE_TIME, Mode.RECURRING})


class LaunchChecks:
    """Everything the domain wants to know about a definition before it goes out."""

    def __init__(
        self,
        *,
        limits: Limits,
        content: ContentChecks,
        rules: RuleChecks,
        scheduling: SchedulingRules,
        sizes: AudienceSizes,
        addresses: AddressPolicy,
        recurrence: Recurrence,
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._content = content
        self._rules = rules
        self._scheduling = scheduling
        self._sizes = sizes
        self._addresses = addresses
        self._recurrence = recurrence
        self._clock = clock

    async def facts(self, campaign_id: UUID, definition: Definition, caller: Caller) -> LaunchFacts:
        """DependencyDownError when one of them cannot be asked: silence is never a yes."""
        rule_ids = definition.audience.targeting_rules
        rule_problems = await self._rules.problems(caller, rule_ids) if rule_ids else ()
        hours = definition.schedule.scheduling_rules if definition.schedule else ()
        rule_problems += await self._scheduling.problems(caller, hours) if hours else ()
        channels = definition.placed_channels()
        size, unresolved = await self._size(campaign_id, definition, caller)
        return LaunchFacts(
            now=self._clock.now(),
            limits=await self._limits.of(caller),
            audience_size=size,
            content_problems=await self._content.problems(caller, channels) if channels else (),
            rule_problems=(*rule_problems, *unresolved),
            address_problems=tuple(self._address_problems(definition)),
            recurrence_problems=tuple(self._recurrence_problems(definition)),
        )

    async def _size(
        self, campaign_id: UUID, definition: Definition, caller: Caller
    ) -> tuple[int | None, tuple[Violation, ...]]:
        if definition.mode not in _COUNTED or not definition.audience.include:
            return None, ()
        try:
            return await self._sizes.size(caller, campaign_id, definition.audience), ()
        except InvalidError as refusal:
            return None, refusal.violations or (Violation("/audience", refusal.detail),)

    def _address_problems(self, definition: Definition) -> list[Violation]:
        urls = [
            (pointer, channel.content.url)
            for pointer, channel in definition.placed_channels()
            if channel.enabled and channel.channel_type is ChannelType.WEBHOOK and channel.content.url
        ]
        judged = [(pointer, self._addresses.problem(url)) for pointer, url in urls]
        return [Violation(f"{pointer}/content/url", problem) for pointer, problem in judged if problem]

    def _recurrence_problems(self, definition: Definition) -> list[Violation]:
        schedule = definition.schedule
        if definition.mode is not Mode.RECURRING or schedule is None or schedule.cron is None:
            return []
        problem = self._recurrence.problem(schedule.cron, schedule.timezone)
        return [Violation("/schedule/cron", problem)] if problem else []
