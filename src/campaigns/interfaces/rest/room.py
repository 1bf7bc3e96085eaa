"""A room with so many places and a short queue at its door."""

import asyncio
from collections import deque
from itertools import takewhile

_OUTSTAYED = 2.0  # seconds; who is inside for longer waits for something else, and its place is given to the next
_INSIDE_PER_PLACE = 16  # with those who outstayed


class Visit:
    """One that was let in. Leave once, at the end."""

    __slots__ = ("_room", "until")

    def __init__(self, room: "Room", until: float) -> None:
        self._room = room
        self.until = until  # of the loop's clock; then its place is given to the next

    def leave(self) -> None:
        self._room.leave(self)


class Room:
    """`places` at once; up to `queue` wait for one, first come first served, for `patience` seconds at most."""

    def __init__(self, places: int, *, queue: int, patience: float) -> None:
        self.inside = 0
        self._free = places
        self._most_inside = places * _INSIDE_PER_PLACE
        self._queue = queue
        self._patience = patience
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._placed: dict[Visit, None] = {}  # in the order in which they came
        self._next_look: asyncio.TimerHandle | None = None

    async def enter(self) -> Visit | None:
        """A place; None when there is none, not even in the queue, or when its turn did not come in time."""
        if self.inside >= self._most_inside:
            return None
        if self._free:
            self._free -= 1
        elif not await self._turn():
            return None
        self.inside += 1
        return self._place()

    def leave(self, visit: Visit) -> None:
        self.inside -= 1
        self._set_aside(visit)

    def free_a_place(self) -> None:
        """The first in the queue takes it over."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    def _place(self) -> Visit:
        """One timer for all of them: one for each would cost every request."""
        loop = asyncio.get_running_loop()
        visit = Visit(self, loop.time() + _OUTSTAYED)
        self._placed[visit] = None
        if self._next_look is None:
            self._next_look = loop.call_at(visit.until, self._look_for_outstayed)
        return visit

    def _look_for_outstayed(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for visit in [*takewhile(lambda visit: visit.until <= now, self._placed)]:
            self._set_aside(visit)
        oldest = next(iter(self._placed), None)
        self._next_look = loop.call_at(oldest.until, self._look_for_outstayed) if oldest else None

    def _set_aside(self, visit: Visit) -> None:
        if visit in self._placed:
            del self._placed[visit]
            self.free_a_place()

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
