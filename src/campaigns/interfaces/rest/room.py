"""A room with so many places and a short queue at its door."""

import asyncio
from collections import deque

_OUTSTAYED = 2.0  # seconds; who is inside for longer waits for something else, and its place is given to the next
_INSIDE_PER_PLACE = 16  # with those who outstayed


class Visit:
    """One that was let in. Leave once, at the end."""

    __slots__ = ("_holds_place", "_room", "_timer")

    def __init__(self, room: "Room") -> None:
        self._room = room
        self._holds_place = True
        self._timer = asyncio.get_running_loop().call_later(_OUTSTAYED, self._step_aside)

    def leave(self) -> None:
        self._timer.cancel()
        self._room.inside -= 1
        self._step_aside()

    def _step_aside(self) -> None:
        if self._holds_place:
            self._holds_place = False
            self._room.free_a_place()


class Room:
    """`places` at once; up to `queue` wait for one, first come first served, for `patience` seconds at most."""

    def __init__(self, places: int, *, queue: int, patience: float) -> None:
        self.inside = 0
        self._free = places
        self._most_inside = places * _INSIDE_PER_PLACE
        self._queue = queue
        self._patience = patience
        self._waiting: deque[asyncio.Future[bool]] = deque()

    async def enter(self) -> Visit | None:
        """A place; None when there is none, not even in the queue, or when its turn did not come in time."""
        if self.inside >= self._most_inside:
            return None
        if self._free:
            self._free -= 1
        elif not await self._turn():
            return None
        self.inside += 1
        return Visit(self)

    def free_a_place(self) -> None:
        """The first in the queue takes it over."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    async def _turn(self) -> bool:
        if len(self._waiting) >= self._queue:
            return False
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(self._patience, self._send_away, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result():  # its turn came as it went
                self.free_a_place()
            raise
        finally:
            timer.cancel()

    def _send_away(self, turn: "asyncio.Future[bool]") -> None:
        if not turn.done():
            turn.set_result(False)
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
