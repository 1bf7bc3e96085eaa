"""The sender for e-mail."""

import asyncio
import re
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.infrastructure.delivery.senders.smtp.lanes import LaneLength
from campaigns.infrastructure.delivery.senders.smtp.pool import Sessions
from campaigns.infrastructure.delivery.senders.smtp.session import Session, SessionError
from campaigns.infrastructure.delivery.senders.smtp.settings import SmtpSettings
from campaigns.infrastructure.delivery.senders.smtp.transfer import Tally, transfer
from campaigns.infrastructure.delivery.senders.smtp.wire import WireError

_TRIES = 3  # connections in a row that may break without having sent anything
_UNSAFE_PATH = re.compile(r"[\x00-\x20\x7f<>]")


class SmtpSender:
    """Hands mail to one server. SMTP has no idempotency key: what is unknown stays unknown."""

    idempotent = False
    max_chunk = 1000

    def __init__(self, settings: SmtpSettings, provider: str = "smtp") -> None:
        self.provider = provider
        self._settings = settings
        self._sessions = Sessions(settings)
        self._lane_length = LaneLength()

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        tally = Tally()
        queue = deque(message for message in messages if self._sendable(message, tally))
        unsendable = len(tally.troubles)
        lanes = self._lane_length.lanes(len(queue), self._settings.connections)
        began, sendable = monotonic(), len(queue)
        reasons = await asyncio.gather(*(self._lane(queue, tally) for _ in range(lanes)))
        self._lane_length.took(monotonic() - began, sendable, lanes)
        if queue:
            self._left_over(queue, tally, unsendable, next(filter(None, reasons), "no connection"))
        return Handover(tally.accepted, tally.troubles)

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:  # noqa: ARG002 - SMTP has no memory
        return None

    async def close(self) -> None:
        await self._sessions.close()

    async def _lane(self, queue: deque[OutgoingMessage], tally: Tally) -> str | None:
        """Send over one connection after the other until the queue is empty; the reason when it gave up."""
        fruitless, reason = 0, None
        while queue and fruitless < _TRIES:
            before = tally.accepted + len(tally.troubles)
            try:
                async with self._sessions.one() as session:
                    self._refuse_foreign(session, queue, tally)
                    await transfer(session, queue, tally)
            except SessionError as error:
                return str(error)
            except WireError as error:
                reason = str(error)
                fruitless = 0 if tally.accepted + len(tally.troubles) > before else fruitless + 1
        return reason

    def _left_over(self, queue: deque[OutgoingMessage], tally: Tally, unsendable: int, reason: str) -> None:
        if not tally.accepted and len(tally.troubles) == unsendable:
            raise ProviderAwayError(self.provider, reason)
        for message in queue:
            tally.troubles[message.seq] = Trouble(Verdict.TRANSIENT, reason)

    def _sendable(self, message: OutgoingMessage, tally: Tally) -> bool:
        if not message.address or _UNSAFE_PATH.search(message.address) or _UNSAFE_PATH.search(message.sender):
            tally.troubles[message.seq] = Trouble(Verdict.PERMANENT, "553 5.1.3 not a mail address")
        elif not message.body.count(b"\n") == message.body.count(b"\r") == message.body.count(b"\r\n"):
            tally.troubles[message.seq] = Trouble(Verdict.PERMANENT, "554 5.6.0 a bare CR or LF in the message")
        return message.seq not in tally.troubles

    def _refuse_foreign(self, session: Session, queue: deque[OutgoingMessage], tally: Tally) -> None:
        """Addresses beyond ASCII need SMTPUTF8; where it is missing they are refused, never mangled."""
        if session.utf8:
            return
        for message in [message for message in queue if _foreign(message)]:
            queue.remove(message)
            tally.troubles[message.seq] = Trouble(Verdict.PERMANENT, "553 5.6.7 the server does not offer SMTPUTF8")


def _foreign(message: OutgoingMessage) -> bool:
    return not (message.address.isascii() and message.sender.isascii())
