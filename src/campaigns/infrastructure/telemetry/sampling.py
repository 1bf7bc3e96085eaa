"""Looks at queue and followers every few seconds, in the one process that holds the lease, and shows what it saw."""

import asyncio
import math
import time

import psycopg
import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.nats.repeating import first_of
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.lag import Growth
from campaigns.infrastructure.telemetry.queue_state import Ended, Follows, State, read_state, read_unarchived_age

_EVERY_SECONDS = 5.0
_LOOKS_BETWEEN = 12  # at what changes by the day and costs more
_FAR_BEHIND_SECONDS = 60.0
_QUEUE_STATES = ("waiting", "released", "sending")
_MESSAGE_STATES = (*_QUEUE_STATES, "deferred", "uncertain")
_EXECUTION_STATES = ("pending", "running", "paused")
_CAMPAIGN_STATES = ("scheduled", "active", "running", "paused")

log = structlog.get_logger(__name__)


class StateSampler:
    """A role of its own under the projector's lease. When it ends, what it showed is no number any more."""

    def __init__(self, database: Database, instruments: Instruments) -> None:
        self._database = database
        self._gauges = StateGauges(instruments)
        self._unarchived = instruments.gauge(d.UNARCHIVED_AGE)
        self._looks = 0

    async def run(self, stopping: asyncio.Event) -> None:
        try:
            while not stopping.is_set():
                await self._look()
                await first_of(stopping, patience=_EVERY_SECONDS)
        finally:
            self._gauges.forget()
            self._unarchived.set(math.nan)

    async def step(self) -> State:
        """Look once."""
        async with self._database.system() as connection:
            state = await read_state(connection)
            if self._looks % _LOOKS_BETWEEN == 0:
                self._unarchived.set(await read_unarchived_age(connection))
        self._looks += 1
        self._gauges.show(state, time.monotonic())
        return state

    async def _look(self) -> None:
        try:
            await self.step()
        except (DependencyDownError, psycopg.Error) as error:
            log.warning("state_not_sampled", error=str(error))


class StateGauges:
    """What one look shows."""

    def __init__(self, instruments: Instruments) -> None:
        self._sampled_at = instruments.gauge(d.SAMPLED_AT)
        self._batches, self._messages = instruments.gauge(d.QUEUE_BATCHES), instruments.gauge(d.QUEUE_MESSAGES)
        self._age, self._conversions = instruments.gauge(d.QUEUE_AGE), instruments.gauge(d.CONVERSIONS_WAITING)
        self._open, self._held = instruments.gauge(d.EXECUTIONS_OPEN), instruments.gauge(d.EXECUTIONS_HELD)
        self._live, self._ends = instruments.gauge(d.CAMPAIGNS_LIVE), instruments.gauge(d.LOG_POSITION)
        self._lag, self._lag_seconds = instruments.gauge(d.FOLLOWER_LAG), instruments.gauge(d.FOLLOWER_LAG_SECONDS)
        self._execution_seconds = instruments.histogram(d.EXECUTION_SECONDS)
        self._growth = {"events": Growth(), "ledger": Growth()}
        self._ended: set[str] | None = None
        self._behind: set[str] = set()
        self._followers: set[str] = set()

    def show(self, state: State, now: float) -> None:
        """`now` in seconds of a steady clock."""
        for name in _QUEUE_STATES:
            self._batches.labels(name).set(state.queue.batches.get(name, 0))
        for name in _MESSAGE_STATES:
            self._messages.labels(name).set(state.queue.messages.get(name, 0))
        for name in _EXECUTION_STATES:
            self._open.labels(name).set(state.open_executions.get(name, 0))
        for name in _CAMPAIGN_STATES:
            self._live.labels(name).set(state.live_campaigns.get(name, 0))
        self._age.set(state.queue.oldest_released)
        self._held.set(state.held_up)
        self._conversions.set(state.conversions_waiting)
        for name, end in state.ends.items():
            self._ends.labels(name).set(end)
            self._growth[name].note(now, end)
        self._show_followers(state, now)
        self._count_ended(state.ended)
        self._sampled_at.set_to_current_time()

    def _show_followers(self, state: State, now: float) -> None:
        for follower in state.followers:
            behind = max(state.ends[follower.log] - follower.position, 0)
            seconds = self._growth[follower.log].seconds_behind(now, follower.position)
            self._lag.labels(follower.name).set(behind)
            self._lag_seconds.labels(follower.name).set(seconds)
            self._followers.add(follower.name)
            self._say(follower, behind, seconds)

    def _say(self, follower: Follows, behind: int, seconds: float) -> None:
        """Once when it falls far behind, and once when it has caught up."""
        if seconds > _FAR_BEHIND_SECONDS and follower.name not in self._behind:
            self._behind.add(follower.name)
            log.warning("follower_far_behind", follower=follower.name, positions=behind, seconds=round(seconds))
        elif not behind and follower.name in self._behind:
            self._behind.discard(follower.name)
            log.info("follower_caught_up", follower=follower.name)

    def _count_ended(self, ended: tuple[Ended, ...]) -> None:
        """Each once: a look sees the last minute, and the first look only what ended before it."""
        if self._ended is not None:
            for execution in ended:
                if execution.execution_id not in self._ended:
                    self._execution_seconds.labels(execution.kind, execution.status).observe(execution.seconds)
        self._ended = {execution.execution_id for execution in ended}

    def forget(self) -> None:
        """Somebody else looks from now on: a number here would grow old."""
        for gauge, names in (
            (self._batches, _QUEUE_STATES),
            (self._messages, _MESSAGE_STATES),
            (self._open, _EXECUTION_STATES),
            (self._live, _CAMPAIGN_STATES),
            (self._ends, tuple(self._growth)),
            (self._lag, tuple(self._followers)),
            (self._lag_seconds, tuple(self._followers)),
        ):
            for name in names:
                gauge.labels(name).set(math.nan)
        for gauge in (self._age, self._held, self._conversions, self._sampled_at):
            gauge.set(math.nan)
