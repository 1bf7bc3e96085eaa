"""Connections kept open between chunks, at most so many at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from campaigns.infrastructure.delivery.senders.smtp.session import Session, open_session
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings


class Sessions:
    """A pool of sessions; one that ends in an error, or is left in the middle, is thrown away."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._free: deque[Session] = deque()
        self._room = asyncio.Semaphore(settings.connections)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Session]:
        """A session of one's own. Raises SessionError."""
        async with self._room:
            session = self._kept() or await open_session(self._settings)
            try:
                yield session
            except BaseException:  # cancelled amid a mail, too: nobody can go on with such a session
                session.wire.abort()
                raise
            session.used_at = asyncio.get_running_loop().time()
            self._free.append(session)

    def _kept(self) -> Session | None:
        oldest = asyncio.get_running_loop().time() - self._settings.idle_seconds
        while self._free:
            session = self._free.pop()
            if session.usable and session.used_at >= oldest:
                return session
            session.wire.abort()
        return None

    async def close(self) -> None:
        leaving = list(self._free)
        self._free.clear()
        await asyncio.gather(*(session.quit() for session in leaving))
