"""Running roles in this one process: the event loop, the HTTP server, the background work, and a clean end."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import structlog
import uvloop

from campaigns.infrastructure.embedded.listening import listen
from campaigns.infrastructure.settings import Settings
from campaigns.interfaces.cli.installation import ServePlan
from campaigns.services import Services

if TYPE_CHECKING:
    from campaigns.answering import Answering

_log = structlog.get_logger(__name__)
_HTTP_ROLES = frozenset({"api", "tracking"})
_BACKGROUND_SECONDS = 6.0


class WorkEndedError(Exception):
    """Work that should never end has ended; a fresh process is the remedy."""


def serve_roles(settings: Settings, plan: ServePlan) -> None:
    """Blocks until SIGTERM, SIGINT, or (supervised) the end of standard input."""
    gc.disable()  # what start-up makes stays: looking through it again and again finds nothing
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, plan))
    finally:
        gc.unfreeze()  # at its end the interpreter must be able to give everything back


async def _serve(settings: Settings, plan: ServePlan) -> None:
    services = _composed(settings, plan)
    answering = _answering(services, plan) if _answers_http(settings, plan) else None
    _settle_garbage_collection()
    if plan.supervised and not sys.stdin.buffer.readline():
        return  # the supervisor is gone before it said go
    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    async with services.running(), _parent_watched(stopping, supervised=plan.supervised):
        background = {work for role in plan.roles for work in services.roles.get(role, ())}
        running = [asyncio.create_task(work.run(stopping), name=type(work).__name__) for work in background]
        if answering is not None:
            running.append(asyncio.create_task(answering.run(_sockets(settings, plan), stopping), name="http"))
        _log.info("serving", roles=list(plan.roles))
        await _until_stopped(running, stopping)
    _log.info("stopped", roles=list(plan.roles))


async def _until_stopped(running: Sequence[asyncio.Task[None]], stopping: asyncio.Event) -> None:
    """Until `stopping`; when one of them ends by itself the others are stopped as well, and it is raised."""
    waiter = asyncio.create_task(stopping.wait())
    ended, _ = await asyncio.wait([waiter, *running], return_when=asyncio.FIRST_COMPLETED)
    by_itself = [] if stopping.is_set() else [task.get_name() for task in ended]
    stopping.set()
    await _finished([waiter, *running])
    failures = [error for task in running if not task.cancelled() and (error := task.exception())]
    if failures or by_itself:
        raise BaseExceptionGroup("roles", failures or [WorkEndedError(", ".join(by_itself))])


async def _finished(tasks: Sequence[asyncio.Task[object]]) -> None:
    _, late = await asyncio.wait(tasks, timeout=_BACKGROUND_SECONDS)
    for task in late:
        _log.warning("work_cut_short", work=task.get_name())
        task.cancel()
    if late:
        await asyncio.wait(late)


def _composed(settings: Settings, plan: ServePlan) -> Services:
    """Only one of both is imported: a worker can do without the memory that the rest takes."""
    if set(plan.roles) == {"worker"}:
        from campaigns.worker import compose_worker  # noqa: PLC0415 - as said

        return compose_worker(settings)
    from campaigns.bootstrap import compose  # noqa: PLC0415 - as said

    return compose(settings)


def _answers_http(settings: Settings, plan: ServePlan) -> bool:
    return bool(_HTTP_ROLES & set(plan.roles)) or settings.operations_port is not None


def _answering(services: Services, plan: ServePlan) -> "Answering":
    from campaigns.answering import Answering  # noqa: PLC0415 - a worker can do without the memory of the framework

    return Answering(services, plan.roles)


def _sockets(settings: Settings, plan: ServePlan) -> list[socket.socket]:
    if plan.sockets:
        return [socket.socket(fileno=number) for number in plan.sockets]
    answers_callers = bool(_HTTP_ROLES & set(plan.roles))
    return [listen(settings.host, settings.port if answers_callers else settings.operations_port or 0)]


def _stop_on_signals(stopping: asyncio.Event) -> None:
    # Not `loop.add_signal_handler`: others chain their handlers before this one.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))


@contextlib.asynccontextmanager
async def _parent_watched(stopping: asyncio.Event, *, supervised: bool) -> AsyncIterator[None]:
    """Standard input ends when the supervisor does, however it dies."""
    loop, inlet = asyncio.get_running_loop(), sys.stdin.fileno() if supervised else -1

    def read() -> None:
        if not os.read(inlet, 64):
            loop.remove_reader(inlet)
            stopping.set()

    if supervised:
        loop.add_reader(inlet, read)
    try:
        yield
    finally:
        if supervised:
            loop.remove_reader(inlet)


def _settle_garbage_collection() -> None:
    """What start-up made stays: never scan it again (takes the 99th percentile of answers from 30 to 4 ms)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    gc.enable()
