"""A launch with everything but its effects: the same checks, decisions, pacing, content and prices."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.delivery.dry_running.answering import AnsweredPast
from campaigns.application.delivery.dry_running.forecasts import BudgetOutlook, DryRun, Forecast, LaunchProblem
from campaigns.application.delivery.dry_running.ports import (
    Committed,
    LaunchOutlooks,
    Outlook,
    Replays,
    Trial,
    Trials,
    UnsentContent,
)
from campaigns.application.delivery.dry_running.rehearsing import Rehearsal
from campaigns.application.delivery.ports import Senders
from campaigns.application.delivery.running import Briefs, Profiles
from campaigns.application.delivery.sending.desk import SendingPolicy
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.forecast import Counted, Released, counted
from campaigns.domain.delivery.pacing import PacedBatch
from campaigns.domain.delivery.spending import Answer, Prices, Purse
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import ExecutionId
from campaigns.domain.shared.skip_reasons import SkipReason

Report = Callable[[int, int | None], Awaitable[None]]
_SHOWN = 5


class Launching(Struct, frozen=True, kw_only=True):
    """What a launch is made of."""

    briefs: Briefs
    outlooks: LaunchOutlooks
    trials: Trials
    past: AnsweredPast
    replays: Replays
    content: UnsentContent
    profiles: Profiles
    senders: Senders
    committed: Committed


class DryRunner:
    def __init__(self, launching: Launching, policy: SendingPolicy, clock: Clock) -> None:
        self._with = launching
        self._prices = policy.prices
        self._clock = clock

    async def __call__(self, dry_run: DryRun, caller: Caller, report: Report) -> Forecast:
        """A refusal on the way is a problem of the launch, and ends the forecast there. DependencyDownError."""
        outlook = await self._with.outlooks.of(dry_run.campaign_id, caller)
        if outlook.answers_events:
            return await self._replayed(dry_run, outlook, caller, report)
        now = self._clock.now()
        starts_at = max(now, outlook.starts_at or now)
        found = Forecast(starts_at=starts_at, campaign_version=outlook.campaign_version, problems=outlook.problems)
        try:
            brief = await self._with.briefs.of(dry_run.campaign_id, starts_at, caller, outlook.planned_for)
            async with self._with.trials.open(brief, caller) as trial:
                return await self._decided(found, brief, trial, _Asked(dry_run.sample, outlook, report))
        except DomainError as refusal:
            return _with_problem(found, refusal)

    async def _replayed(self, dry_run: DryRun, outlook: Outlook, caller: Caller, report: Report) -> Forecast:
        """A triggered campaign is asked what it would have answered; hours are counted from the period's begin."""
        past = await self._with.past.of(dry_run.campaign_id, caller, dry_run.since, dry_run.until)
        found = Forecast(
            starts_at=past.period.since,
            campaign_version=outlook.campaign_version,
            problems=outlook.problems,
            replayed=past.period,
        )
        asked = _Asked(dry_run.sample, replace(outlook, expected=len(past.answers)), report)
        try:
            order = await self._with.briefs.of(dry_run.campaign_id, found.starts_at, caller)
            brief = order.gathered(ExecutionId(dry_run.id))
            return await self._decided(found, brief, await self._with.replays.over(brief, past.answers), asked)
        except DomainError as refusal:
            return _with_problem(found, refusal)

    async def _decided(self, found: Forecast, brief: Brief, trial: Trial, asked: "_Asked") -> Forecast:
        found, rehearsal = await self._rehearsal(found, brief)
        people: dict[int, list[str]] = {}
        done = 0
        async for part in trial.parts(asked.every()):
            done += part.size
            for reason, user_ids in part.people.items():
                shown = people.setdefault(reason, [])
                shown += user_ids[: _SHOWN - len(shown)]
            if rehearsal:
                await rehearsal.render(part.chosen, part.said)
            await asked.report(done, asked.outlook.expected)
        batches = trial.batches()
        counts = counted(trial.cells(), _released(batches), brief, self._prices)
        return replace(
            found,
            counted=counts,
            people={SkipReason(reason).wire_name: tuple(shown) for reason, shown in sorted(people.items())},
            providers=self._providers(counts, brief),
            budget=await self._budget(brief, trial, batches),
            content=rehearsal.outlook(counts.to_send, everybody=asked.every() == 1) if rehearsal else None,
        )

    async def _rehearsal(self, found: Forecast, brief: Brief) -> tuple[Forecast, Rehearsal | None]:
        """Content that cannot be compiled is a problem, and the audience is looked at all the same."""
        try:
            content = await self._with.content.prepare(brief)
        except DomainError as refusal:
            return _with_problem(found, refusal), None
        return found, Rehearsal(content, self._with.profiles, brief.tenant_id)

    def _providers(self, counts: Counted, brief: Brief) -> dict[str, str | None]:
        senders = {one.channel: self._with.senders.of(brief.tenant_id, one.channel) for one in counts.channels}
        return {channel: sender.provider if sender else None for channel, sender in senders.items()}

    async def _budget(self, brief: Brief, trial: Trial, batches: Sequence[PacedBatch]) -> BudgetOutlook | None:
        if brief.budget is None:
            return None
        committed = await self._with.committed.of(brief.campaign_id, brief.tenant_id)
        limit = brief.budget.amount
        within, beyond = _within(limit, committed, trial, batches, self._prices)
        return BudgetOutlook(
            amount=limit,
            currency=brief.budget.currency,
            committed=committed,
            exhausted_at=beyond.release_at if beyond else None,
            messages_before=within,
        )


class _Asked(Struct, frozen=True):
    sample: int | None
    outlook: Outlook
    report: Report

    def every(self) -> int:
        """Each how-manieth message is rendered."""
        if self.sample is None:
            return 1
        return max(1, -(-(self.outlook.expected or 0) // self.sample))


def _within(
    limit: Decimal, committed: Decimal, trial: Trial, batches: Sequence[PacedBatch], prices: Prices
) -> tuple[int, PacedBatch | None]:
    """How many messages the budget pays for, and the batch at which it is exhausted."""
    messages = 0
    for batch in batches:
        needed = prices.total(trial.messages(batch))
        if Purse(budget=limit, committed=committed, reserved=Decimal(0)).answer(needed) is Answer.EXHAUSTED:
            return messages, batch
        committed += needed
        messages += batch.size
    return messages, None


def _released(batches: Sequence[PacedBatch]) -> Iterator[Released]:
    return (Released(batch.release_at, batch.size) for batch in batches)


def _with_problem(found: Forecast, refusal: DomainError) -> Forecast:
    """Unless the checks have said it already."""
    codes, messages = {one.code for one in found.problems}, {one.message for one in found.problems}
    pairs = [(violation.pointer, violation.message) for violation in refusal.violations] or [("", refusal.detail)]
    new = [
        LaunchProblem(pointer=pointer, message=message, code=refusal.code)
        for pointer, message in pairs
        if message not in messages and refusal.code not in codes
    ]
    return replace(found, problems=(*found.problems, *new))
