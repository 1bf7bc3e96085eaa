"""Senders whose hand-overs are counted and timed."""

from collections import Counter
from collections.abc import Sequence
from time import perf_counter

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Sender
from campaigns.domain.shared.channels import ChannelType
from campaigns.infrastructure.delivery.senders.configured import SenderOf
from campaigns.infrastructure.delivery.senders.wrapping import WrappingSender
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class MeasuredSender(WrappingSender):
    """Another sender; what it says of each message is counted by channel and provider."""

    def __init__(self, sender: Sender, channel: ChannelType, instruments: Instruments) -> None:
        super().__init__(sender)
        self._labels = (channel.value, sender.provider)
        self._sent = instruments.counter(d.MESSAGES_SENT)
        self._seconds = instruments.histogram(d.HANDOVER_SECONDS).labels(*self._labels)

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        began, counts = perf_counter(), Counter({"unknown": len(messages)})
        try:
            handover = await self._sender.deliver(messages)
            counts = Counter(trouble.verdict.value for trouble in handover.troubles.values())
            counts["accepted"] = handover.accepted
        except ProviderAwayError:
            counts = Counter({"away": len(messages)})
            raise
        else:
            return handover
        finally:
            self._seconds.observe(perf_counter() - began)
            for status, count in counts.items():
                self._sent.labels(*self._labels, status).inc(count)


class MeasuredSenders:
    """One measured sender for each sender and channel."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._made: dict[tuple[int, ChannelType], MeasuredSender] = {}

    def maker(self, make: SenderOf) -> SenderOf:
        """Makes what the other makes, measured."""
        return lambda tenant_id, channel: self.of(make(tenant_id, channel), channel)

    def of(self, sender: Sender, channel: ChannelType) -> MeasuredSender:
        key = (id(sender), channel)
        if key not in self._made:
            self._made[key] = MeasuredSender(sender, channel, self._instruments)
        return self._made[key]
