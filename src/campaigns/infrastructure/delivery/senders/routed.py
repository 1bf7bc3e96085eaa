"""A sender for several providers: each message goes to the one that is chosen for it, always the same."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Sender, Trouble, Verdict
from campaigns.domain.delivery.routing import Route, chosen, equals
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId

log = structlog.get_logger(__name__)

_NOBODY = "no provider takes mail of this sender"


class RoutedSender:
    """One tenant's messages of one channel."""

    def __init__(
        self, routes: Sequence[Route], senders: Mapping[str, Sender], tenant_id: TenantId, channel: ChannelType
    ) -> None:
        self._routes, self._senders = routes, senders
        self._tenant_id, self._channel = tenant_id, channel

    @property
    def provider(self) -> str:
        return ", ".join(self._senders)

    @property
    def idempotent(self) -> bool:
        return all(sender.idempotent for sender in self._senders.values())

    @property
    def max_chunk(self) -> int:
        return min(sender.max_chunk for sender in self._senders.values())

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        parts = self._parts(messages)
        stray = {m.seq: Trouble(Verdict.PERMANENT, _NOBODY) for m in parts.pop("", [])}
        answers = await asyncio.gather(*(_answer(self._senders[name], part) for name, part in parts.items()))
        away = [answer.away for answer in answers if answer.away]
        if away and len(away) == len(answers) and not stray:
            raise away[0]
        return Handover(
            accepted=sum(answer.accepted for answer in answers),
            troubles={**stray, **{seq: trouble for answer in answers for seq, trouble in answer.troubles.items()}},
            provider_ids={seq: given for answer in answers for seq, given in answer.provider_ids.items()},
            unsent=frozenset(seq for answer in answers for seq in answer.unsent),
            away=next(iter(away), None),
        )

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        """Somebody took it when any of them says so; nobody did when all can be asked and none says so."""
        told = [await sender.look_up(message_ids, since) for sender in self._senders.values()]
        answers = [answer for answer in told if answer is not None]
        taken = {name: True for answer in answers for name, known in answer.items() if known}
        return dict.fromkeys(message_ids, False) | taken if len(answers) == len(told) else taken or None

    async def close(self) -> None:
        """The senders belong to whoever made them."""

    def _parts(self, messages: Sequence[OutgoingMessage]) -> dict[str, list[OutgoingMessage]]:
        """By provider; "" where none takes the sender."""
        parts: dict[str, list[OutgoingMessage]] = defaultdict(list)
        among: dict[str, Sequence[Route]] = {}
        for message in messages:
            if message.sender not in among:
                among[message.sender] = equals(self._routes, self._tenant_id, self._channel, message.sender)
            routes = among[message.sender]
            parts[chosen(routes, message.message_id).provider if routes else ""].append(message)
        return parts


async def _answer(sender: Sender, messages: Sequence[OutgoingMessage]) -> Handover:
    """What never left because the provider is away is said, so that the others' outcomes are not lost with it."""
    try:
        return await sender.deliver(messages)
    except ProviderAwayError as error:
        return Handover(0, unsent=frozenset(message.seq for message in messages), away=error)
    except Exception as error:  # whatever it was, these and only these may or may not have left
        log.exception("a sender failed", provider=sender.provider, messages=len(messages))
        unknown = Trouble(Verdict.UNKNOWN, f"{type(error).__name__}: {error}")
        return Handover(0, {message.seq: unknown for message in messages})
