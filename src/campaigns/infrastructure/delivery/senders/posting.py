"""A chunk as single HTTP requests, a few at a time; what an answer, or its absence, means for a message."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.domain.delivery.refusals import HTTP, Refusal, http_refusal
from campaigns.infrastructure.delivery.senders.troubles import trouble_of
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request
from campaigns.infrastructure.http.errors import AddressRefusedError, NotReachedError, OutgoingError
from campaigns.infrastructure.http.retry_after import retry_after

_AT_ONCE = 32
_KNOWN_TO_BE_GONE = {404: False, 410: False}

Fate = Answer | Trouble | NotReachedError


async def post_each(
    http: OutgoingHttp,
    provider: str,
    messages: Sequence[OutgoingMessage],
    request_of: Callable[[OutgoingMessage], Request],
    provider_id_of: Callable[[Answer], str | None],
    *,
    refusals: Mapping[int, Refusal] = HTTP,
) -> Handover:
    """Raises ProviderAwayError when no request of the chunk reached anybody. `refusals` say what statuses mean."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(message: OutgoingMessage) -> Fate:
        async with room:
            return await _fate(http, request_of(message), refusals)

    fates = await asyncio.gather(*map(one, messages))
    unreached = [fate for fate in fates if isinstance(fate, NotReachedError)]
    if unreached and len(unreached) == len(messages):
        raise ProviderAwayError(provider, unreached[0].detail, unreached[0].retry_after or 5.0)
    return _handover(messages, fates, provider_id_of)


async def asked_each(
    http: OutgoingHttp, message_ids: Sequence[str], request_of: Callable[[str], Request]
) -> Mapping[str, bool]:
    """Which messages a service knows: 2xx yes, 404 and 410 no; where it says anything else, or nothing, left out."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(message_id: str) -> bool | None:
        async with room:
            try:
                answer = await http.send(request_of(message_id))
            except OutgoingError:
                return None
        return True if 200 <= answer.status < 300 else _KNOWN_TO_BE_GONE.get(answer.status)  # noqa: PLR2004 - successful

    told = await asyncio.gather(*map(one, message_ids))
    return {name: known for name, known in zip(message_ids, told, strict=True) if known is not None}


async def _fate(http: OutgoingHttp, request: Request, refusals: Mapping[int, Refusal]) -> Fate:
    try:
        answer = await http.send(request)
    except AddressRefusedError as error:
        return Trouble(Verdict.PERMANENT, error.detail)
    except NotReachedError as error:
        return error
    except OutgoingError as error:
        return Trouble(Verdict.UNKNOWN, error.detail)
    return _refusal(answer, refusals) or answer


def _refusal(answer: Answer, refusals: Mapping[int, Refusal]) -> Trouble | None:
    if 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110: successful
        return None
    refusal = http_refusal(answer.status, refusals, retry_after(answer.headers))
    return trouble_of(refusal, f"HTTP {answer.status}")


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
