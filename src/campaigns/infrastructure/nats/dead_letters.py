"""What no consumer could work on: kept in a stream of its own, with its error."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

import nats.errors
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError as NoMessageError

from campaigns.application.shared.consuming import DeadLetter, Incoming, RetriedLetter, StoredLetter
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import NotFoundError
from campaigns.infrastructure.nats.batch import BatchPublisher, Publication
from campaigns.infrastructure.nats.connection import NatsAwayError, NatsConnection
from campaigns.infrastructure.nats.output import Output
from campaigns.infrastructure.nats.takings import Takings

_CODE, _ERROR, _SUBJECT, _POSITION = "Dead-Code", "Dead-Error", "Dead-Subject", "Dead-Position"
_STORED_AT, _AT, _MESSAGE_ID = "Dead-Stored-At", "Dead-At", "Dead-Message-Id"
_OURS = {_CODE, _ERROR, _SUBJECT, _POSITION, _STORED_AT, _AT, _MESSAGE_ID}
_DROPPED = "nats-"  # headers that mean something to the server


class NatsDeadLetters:
    """`DeadLetters`, and where the consumers put them."""

    def __init__(
        self, connection: NatsConnection, output: Output, publisher: BatchPublisher, clock: Clock, takings: Takings
    ) -> None:
        self._connection = connection
        self._output = output
        self._publisher = publisher
        self._clock = clock
        self._takings = takings

    async def keep(self, letters: Sequence[DeadLetter]) -> None:
        """Durable when it returns. Raises NatsAwayError, PublishRefusedError."""
        await self._output.ensured()
        at = self._clock.now()
        await self._publisher.publish([_publication(letter, self._output.dead_prefix, at) for letter in letters])

    async def page(self, after: int, limit: int) -> Sequence[StoredLetter]:
        found, number = list[StoredLetter](), after
        while len(found) < limit and (message := await self._read(number + 1, or_later=True)) is not None:
            number = message.seq or 0
            found.append(_letter(message))
        return found

    async def retry(self, number: int) -> RetriedLetter:
        letter = (await self._get(number)).letter
        taken = await self._takings.of(letter.message.subject)([letter.message], however_old=True)
        errors = [dead.error for _, dead in taken.dead]
        if not errors:
            await self._delete(number)
        return RetriedLetter(number=number, error=errors[0] if errors else None)

    async def drop(self, number: int) -> None:
        await self._get(number)
        await self._delete(number)

    async def _get(self, number: int) -> StoredLetter:
        message = await self._read(number, or_later=False)
        if message is None:
            raise NotFoundError(f"There is no dead letter {number}")
        return _letter(message)

    async def _read(self, number: int, *, or_later: bool) -> RawStreamMsg | None:
        await self._output.ensured()
        jetstream = await self._connection.jetstream()
        subject = f"{self._output.dead_prefix}.>" if or_later else None
        try:
            return await jetstream.get_msg(self._output.dead_stream, number, subject=subject, next=or_later)
        except NoMessageError:
            return None
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise NatsAwayError(str(error) or type(error).__name__) from error

    async def _delete(self, number: int) -> None:
        jetstream = await self._connection.jetstream()
        await jetstream.delete_msg(self._output.dead_stream, number)


def _publication(letter: DeadLetter, prefix: str, at: datetime) -> Publication:
    message = letter.message
    kept = {name: value for name, value in message.headers.items() if not name.lower().startswith(_DROPPED)}
    told = {
        _CODE: letter.code,
        _ERROR: " ".join(letter.error.split()),
        _SUBJECT: message.subject,
        _POSITION: message.position,
        _STORED_AT: message.stored_at.isoformat(),
        _AT: at.isoformat(),
    }
    if (message_id := message.headers.get("Nats-Msg-Id")) is not None:
        told[_MESSAGE_ID] = message_id
    named = blake2b(f"{message.subject}\n{message.position}\n".encode() + message.data, digest_size=16).hexdigest()
    return Publication(f"{prefix}.{message.subject}", message.data, f"dead.{named}", kept | told)


def _letter(stored: RawStreamMsg) -> StoredLetter:
    headers: Mapping[str, str] = stored.headers or {}
    original = {name: value for name, value in headers.items() if name not in _OURS and name != "Nats-Msg-Id"}
    if _MESSAGE_ID in headers:
        original["Nats-Msg-Id"] = headers[_MESSAGE_ID]
    message = Incoming(
        subject=headers[_SUBJECT],
        headers=original,
        data=stored.data or b"",
        position=headers[_POSITION],
        stored_at=datetime.fromisoformat(headers[_STORED_AT]),
    )
    return StoredLetter(
        number=stored.seq or 0,
        died_at=datetime.fromisoformat(headers[_AT]),
        letter=DeadLetter(message=message, code=headers[_CODE], error=headers[_ERROR]),
    )
