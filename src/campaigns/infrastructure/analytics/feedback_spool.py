"""Feedback that came while Postgres was away: kept on the disk, taken when it is back."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import structlog
from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.analytics.feedback import Feedback, FeedbackReport
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.analytics.spool import MOST_BYTES, LineSpool, SpoolFullError

_EVERY, _PATIENCE = 1.0, 30.0  # seconds
_log = structlog.get_logger(__name__)


class KeptPost(Struct, frozen=True):
    """What one provider said at once: it is one event of the inbox, and stays together."""

    provider: str
    reports: tuple[FeedbackReport, ...]


class FeedbackSpool(LineSpool[KeptPost]):
    """`FeedbackKeeping`."""

    def __init__(self, path: Path, max_bytes: int = MOST_BYTES) -> None:
        super().__init__(path, KeptPost, max_bytes)

    async def keep(self, provider: str, reports: Sequence[FeedbackReport]) -> None:
        try:
            await asyncio.to_thread(self.append, [KeptPost(provider, tuple(reports))])
        except SpoolFullError as error:
            raise DependencyDownError("the spool for feedback", str(error), retry_after=30, says="is full") from error
        _log.warning("feedback_is_spooled", provider=provider, reports=len(reports))


class FeedbackReturn:
    """A Runnable beside those who keep: brings everything back, each report with its effect once."""

    def __init__(self, spool: FeedbackSpool, feedback: Feedback) -> None:
        self._spool = spool
        self._feedback = feedback

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.bring_back()
            except (DependencyDownError, TimeoutError):
                _log.debug("feedback_waits", bytes=self._spool.size)
            try:
                await asyncio.wait_for(stopping.wait(), _EVERY)
            except TimeoutError:
                continue

    async def bring_back(self) -> None:
        """Everything that waits. DependencyDownError or TimeoutError when Postgres went away: all waits again."""
        if self._spool.empty:
            return
        with closing(self._spool.drain(group=1)) as posts:
            for (kept,) in posts:
                await self._whole_or_in_parts(kept)

    async def _whole_or_in_parts(self, kept: KeptPost) -> None:
        try:
            await self._take(kept.provider, kept.reports)
        except (DependencyDownError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - one of them is refused: which one shows when each goes alone
            _log.warning("spooled_feedback_refused", provider=kept.provider, count=len(kept.reports), exc_info=error)
            for report in kept.reports:  # not as the post, of which the inbox would take the first report alone
                await self._alone(kept.provider, replace(report, consumed=None))

    async def _alone(self, provider: str, report: FeedbackReport) -> None:
        try:
            await self._take(provider, [report])
        except (DependencyDownError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - kept for a human, and said aloud
            _log.error("feedback_refused_by_the_ledger", provider=provider, report=report.event_id, exc_info=error)
            self._set_aside(KeptPost(provider, (report,)))

    async def _take(self, provider: str, reports: Sequence[FeedbackReport]) -> None:
        async with asyncio.timeout(_PATIENCE):
            await self._feedback.take(provider, reports)

    def _set_aside(self, kept: KeptPost) -> None:
        try:
            self._spool.set_aside([kept])
        except SpoolFullError as full:
            _log.error("refused_feedback_dropped", report=kept.reports[0].event_id, reason=str(full))
