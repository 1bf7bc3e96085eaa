"""Send a campaign's message to a few addresses, by the real way, outside of any execution."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from campaigns.application.delivery.ports import OutgoingMessage, ProviderAwayError, Recipient, Senders, Unrenderable
from campaigns.application.delivery.running import Briefs, Profiles
from campaigns.application.delivery.sample_person import Sample, channel_of, person_of, variant_of
from campaigns.application.delivery.untracked_content import UntrackedContent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import RefusedError
from campaigns.domain.shared.ids import CampaignId


class SendTest(Command, frozen=True, kw_only=True):
    campaign_id: CampaignId
    sample: Sample
    addresses: tuple[str, ...]


class SentTest(Struct, frozen=True, kw_only=True):
    """What became of one test message; `reason` says why it was not accepted."""

    address: str
    accepted: bool
    reason: str | None = None


class ChannelUnavailableError(RefusedError):
    """No provider is configured for the channel."""

    code = "delivery.channel_unavailable"


class SendTestHandler:
    def __init__(
        self, briefs: Briefs, profiles: Profiles, content: UntrackedContent, senders: Senders, clock: Clock
    ) -> None:
        self._briefs, self._profiles, self._content = briefs, profiles, content
        self._senders, self._clock = senders, clock

    async def __call__(self, command: SendTest) -> Sequence[SentTest]:
        caller, sample = command.caller, command.sample
        brief = await self._briefs.of(command.campaign_id, self._clock.now(), caller)
        channel, variant = channel_of(sample, brief), variant_of(sample, brief)
        person = await person_of(sample, caller.tenant_id, self._profiles)
        compiled = await self._content.prepare(brief)
        recipients = recipients_of(command.addresses, person, variant)
        rendered = compiled.render(0, channel.channel_type, recipients)
        named = [_named(result, command) for result in rendered]
        return await self._hand_over(command, channel.channel_type, named)

    async def _hand_over(
        self, command: SendTest, channel: ChannelType, rendered: Sequence[OutgoingMessage | Unrenderable]
    ) -> Sequence[SentTest]:
        sender = self._senders.of(command.caller.tenant_id, channel)
        if sender is None:
            raise ChannelUnavailableError(f"No provider is configured for {channel}")
        reasons = {result.seq: result.reason for result in rendered if isinstance(result, Unrenderable)}
        messages = [result for result in rendered if isinstance(result, OutgoingMessage)]
        if messages:
            try:
                handover = await sender.deliver(messages)
            except ProviderAwayError as error:
                raise DependencyDownError(error.provider, error.detail, max(1, round(error.retry_after))) from error
            reasons |= {seq: f"{trouble.verdict}: {trouble.reason}" for seq, trouble in handover.troubles.items()}
        return [
            SentTest(address=address, accepted=seq not in reasons, reason=reasons.get(seq))
            for seq, address in enumerate(command.addresses, 1)
        ]


def recipients_of(addresses: Sequence[str], person: Mapping[str, Any], variant: int) -> list[Recipient]:
    return [
        Recipient(seq, str(person["user_id"]), variant, address, person) for seq, address in enumerate(addresses, 1)
    ]


def _named(result: OutgoingMessage | Unrenderable, command: SendTest) -> OutgoingMessage | Unrenderable:
    """A test's idempotency key is its command's: it must never be taken for a message of an execution."""
    if isinstance(result, Unrenderable):
        return result
    return replace(result, message_id=f"test-{command.caller.command_id}-{result.seq}")
