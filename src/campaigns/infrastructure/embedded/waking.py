"""A sleep that ends with the signals a process waits for, the end of a child among them: no need to look often."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Sleep = Callable[[float], None]
"""Seconds, at most."""


@contextmanager
def woken_by_signals() -> Iterator[Sleep]:
    """Ends early with any signal that has a handler here. From the main thread, and for one at a time."""
    outlet, inlet = os.pipe()
    os.set_blocking(inlet, False)
    handler_before = signal.signal(signal.SIGCHLD, _noticed)
    inlet_before = signal.set_wakeup_fd(inlet, warn_on_full_buffer=False)
    try:
        yield lambda seconds: _sleep(outlet, seconds)
    finally:
        signal.set_wakeup_fd(inlet_before)
        signal.signal(signal.SIGCHLD, handler_before)
        os.close(outlet)
        os.close(inlet)


def _sleep(outlet: int, seconds: float) -> None:
    if select.select([outlet], [], [], seconds)[0]:
        os.read(outlet, 4_096)


def _noticed(_number: int, _frame: object) -> None:
    """Without a handler of ours the signal would wake nobody."""
