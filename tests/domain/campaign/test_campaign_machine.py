"""Any sequence of commands: what is accepted keeps the invariants, and every fact survives being stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace
from tests.domain.campaign.given import CAMPAIGN, LIMITS, NOW, facts, folded, ready

from campaigns.domain.campaign.campaign import Campaign, create
from campaigns.domain.campaign.events import CampaignEvent, CampaignStarted
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.transitions import Action, allows
from campaigns.domain.campaign.values import Approval, Misfire, Mode, Schedule, Status, Totals
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import TenantId

PEOPLE = st.sampled_from(["ada", "olga", "anna"])
Decide = Callable[[Campaign], tuple[CampaignEvent, ...]]


class CampaignMachine(RuleBasedStateMachine):
    @initialize(mode=st.sampled_from(Mode), misfire=st.sampled_from(Misfire), start=st.none() | st.integers(0, 300))
    def begin(self, mode: Mode, misfire: Misfire, start: int | None) -> None:
        at = None if start is None else NOW + timedelta(minutes=start)
        schedule = Schedule(at=at, misfire=misfire, cron="0 9 * * *" if mode is Mode.RECURRING else None)
        self.now = NOW
        self.history: list[CampaignEvent] = list(
            create(CAMPAIGN, TenantId("t"), ready(mode, schedule=schedule), LIMITS, at=NOW, by="ada")
        )
        self.campaign = folded(self.history)
        self.runs: list[tuple[Any, Any]] = []

    def decide(self, action: Action | None, decision: Decide) -> None:
        before = self.campaign
        acceptable = action is None or action in before.allowed_actions()
        try:
            events = decision(before)
        except DomainError:
            assert self.campaign == before
            return
        assert acceptable, "a command that is not allowed was accepted"
        for event in events:
            assert msgspec.json.decode(msgspec.json.encode(event), type=type(event)) == event
            self.history.append(event)
            self.campaign = evolve(self.campaign, event)
            if isinstance(event, CampaignStarted) and event.kind != "manual":
                self.runs.append((self.campaign.id, event.planned_for))

    @rule(minutes=st.integers(1, 200))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(by=PEOPLE, name=st.text(max_size=6), holdout=st.sampled_from([0, 5, 21]), mode=st.sampled_from(Mode))
    def update(self, by: str, name: str, holdout: float, mode: Mode) -> None:
        wanted = replace(self.campaign.definition, name=name, holdout_percentage=holdout, mode=mode)
        self.decide(Action.UPDATE, lambda c: c.update(wanted, LIMITS, at=self.now, by=by))

    @rule(by=PEOPLE, minutes=st.integers(-10, 300))
    def schedule(self, by: str, minutes: int) -> None:
        start = self.now + timedelta(minutes=minutes)
        self.decide(Action.SCHEDULE, lambda c: c.schedule(start, None, facts(self.now), at=self.now, by=by))

    @rule(by=PEOPLE)
    def unschedule(self, by: str) -> None:
        self.decide(Action.UNSCHEDULE, lambda c: c.unschedule(at=self.now, by=by))

    @rule(by=PEOPLE, run=st.uuids(), people=st.sampled_from([0, 2]))
    def activate(self, by: str, run: UUID, people: int) -> None:
        known = facts(self.now, audience_size=people)
        self.decide(Action.ACTIVATE, lambda c: c.activate(run, known, at=self.now, by=by))

    @rule(by=PEOPLE, run=st.uuids())
    def start(self, by: str, run: UUID) -> None:
        self.decide(Action.START, lambda c: c.start(run, facts(self.now), at=self.now, by=by))

    @rule(run=st.uuids(), minutes=st.integers(0, 200))
    def clock_strikes(self, run: UUID, minutes: int) -> None:
        planned = self.campaign.definition.starts_at() or self.now - timedelta(minutes=minutes)
        if self.campaign.definition.mode is Mode.RECURRING:
            planned = self.now - timedelta(minutes=minutes)
        self.decide(Action.START, lambda c: c.start_planned(run, planned, facts(self.now), at=self.now, by="scheduler"))

    @rule(by=PEOPLE)
    def pause(self, by: str) -> None:
        self.decide(Action.PAUSE, lambda c: c.pause(None, 1, at=self.now, by=by))

    @rule(by=PEOPLE, run=st.uuids())
    def resume(self, by: str, run: UUID) -> None:
        self.decide(Action.RESUME, lambda c: c.resume(run, facts(self.now), at=self.now, by=by))

    @rule(by=PEOPLE)
    def complete(self, by: str) -> None:
        self.decide(Action.COMPLETE, lambda c: c.complete(at=self.now, by=by))

    @rule(other=st.booleans())
    def run_is_over(self, other: bool) -> None:
        run = UUID(int=99) if other else self.campaign.execution_id or UUID(int=98)
        self.decide(None, lambda c: c.finish_run(run, Totals(sent=1), at=self.now, by="delivery"))

    @rule(by=PEOPLE)
    def cancel(self, by: str) -> None:
        self.decide(Action.CANCEL, lambda c: c.cancel("enough", at=self.now, by=by))

    @rule(by=PEOPLE)
    def delete(self, by: str) -> None:
        self.decide(Action.DELETE, lambda c: c.delete(at=self.now, by=by))

    @rule(by=PEOPLE)
    def submit(self, by: str) -> None:
        self.decide(Action.SUBMIT, lambda c: c.submit(at=self.now, by=by))

    @rule(by=PEOPLE)
    def approve(self, by: str) -> None:
        authors = self.campaign.authors
        self.decide(Action.APPROVE, lambda c: c.approve(at=self.now, by=by))
        if self.history[-1].by == by and self.campaign.approval is Approval.APPROVED:
            assert by not in authors or self.campaign.authors == authors

    @rule(by=PEOPLE)
    def reject(self, by: str) -> None:
        self.decide(Action.REJECT, lambda c: c.reject("too loud", at=self.now, by=by))

    @invariant()
    def facts_alone_make_the_state(self) -> None:
        assert folded(self.history) == self.campaign
        assert self.campaign.version == len(self.history)

    @invariant()
    def status_fits_the_mode(self) -> None:
        campaign = self.campaign
        if campaign.status in (Status.SCHEDULED, Status.RUNNING):
            assert campaign.definition.mode is Mode.ONE_TIME
        if campaign.status is Status.ACTIVE:
            assert campaign.definition.mode is not Mode.ONE_TIME
        if campaign.status is Status.RUNNING:
            assert campaign.execution_id is not None
        if campaign.status is Status.SCHEDULED:
            assert campaign.definition.starts_at() is not None

    @invariant()
    def only_what_may_be_deleted_is_deleted(self) -> None:
        if self.campaign.deleted:
            assert self.campaign.status in (Status.DRAFT, Status.COMPLETED, Status.CANCELLED)
            assert self.campaign.allowed_actions() == ()

    @invariant()
    def what_is_allowed_is_in_the_table(self) -> None:
        for action in self.campaign.allowed_actions():
            assert allows(action, self.campaign.status, self.campaign.definition.mode)

    @invariant()
    def an_instant_of_a_recurrence_runs_once(self) -> None:
        if self.campaign.definition.mode is Mode.RECURRING:
            instants = [planned for _, planned in self.runs]
            assert instants == sorted(set(instants))

    @invariant()
    def the_state_survives_being_stored(self) -> None:
        assert msgspec.json.decode(msgspec.json.encode(self.campaign), type=Campaign) == self.campaign


TestCampaignMachine = CampaignMachine.TestCase
TestCampaignMachine.settings = settings(max_examples=settings().max_examples * 3 // 5, stateful_step_count=30)
