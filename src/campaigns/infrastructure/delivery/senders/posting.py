"""A chunk as single HTTP requests, a few at a time; what an answer, or its absence, means for a message."""

import asyncio
from collections.abc import Callable, Sequence

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request
from campaigns.infrastructure.http.errors import AddressRefusedError, NotReachedError, OutgoingError

_AT_ONCE = 32
_RETRY_LATER = frozenset({408, 425, 429})
_SERVER_ERROR = 500

Fate = Answer | Trouble | NotReachedError


async def post_each(
    http: OutgoingHttp,
    provider: str,
    messages: Sequence[OutgoingMessage],
    request_of: Callable[[OutgoingMessage], Request],
    provider_id_of: Callable[[Answer], str | None],
) -> Handover:
    """Raises ProviderAwayError when no request of the chunk reached anybody."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(message: OutgoingMessage) -> Fate:
        async with room:
            return await _fate(http, request_of(message))

    fates = await asyncio.gather(*map(one, messages))
    unreached = [fate for fate in fates if isinstance(fate, NotReachedError)]
    if unreached and len(unreached) == len(messages):
        raise ProviderAwayError(provider, unreached[0].detail, unreached[0].retry_after or 5.0)
    return _handover(messages, fates, provider_id_of)


async def _fate(http: OutgoingHttp, request: Request) -> Fate:
    try:
        answer = await http.send(request)
    except AddressRefusedError as error:
        return Trouble(Verdict.PERMANENT, error.detail)
    except NotReachedError as error:
        return error
    except OutgoingError as error:
        return Trouble(Verdict.UNKNOWN, error.detail)
    return _refusal(answer) or answer


def _refusal(answer: Answer) -> Trouble | None:
    if 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110: successful
        return None
    transient = answer.status >= _SERVER_ERROR or answer.status in _RETRY_LATER
    return Trouble(Verdict.TRANSIENT if transient else Verdict.PERMANENT, f"HTTP {answer.status}")


def _handover(
    messages: Sequence[OutgoingMessage], fates: Sequence[Fate], provider_id_of: Callable[[Answer], str | None]
) -> Handover:
    troubles: dict[int, Trouble] = {}
    provider_ids: dict[int, str] = {}
    for message, fate in zip(messages, fates, strict=True):
        if isinstance(fate, Trouble):
            troubles[message.seq] = fate
        elif isinstance(fate, NotReachedError):
            troubles[message.seq] = Trouble(Verdict.TRANSIENT, fate.detail)
        elif provider_id := provider_id_of(fate):
            provider_ids[message.seq] = provider_id
    return Handover(len(messages) - len(troubles), troubles, provider_ids)
