"""What a mail service posts about mails, in its own format and with its own proof."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from campaigns.application.analytics.feedback import Feedback, FeedbackReport
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.errors import InvalidError


class GarbledPostError(InvalidError):
    """The body is not what the provider posts; sending it again will not help."""

    code = "feedback.garbled"


class Unreadable(Struct, frozen=True, kw_only=True):
    """An event that is not what its provider promises: where it stands, and what is wrong."""

    pointer: str
    message: str


class Told(Struct, frozen=True, kw_only=True):
    """A whole post: reports about mails that look like ours, how many events are not, and what could not be read."""

    reports: Sequence[FeedbackReport] = ()
    foreign: int = 0
    unreadable: Sequence[Unreadable] = ()


class ProviderWebhooks(Protocol):
    """The formats of the providers that are known."""

    async def read(self, provider: str, headers: Mapping[str, str], body: bytes) -> Told:
        """Proves the post, then reads it. `headers` by lower-case name.

        NotAllowedError when nothing proves it, GarbledPostError, DependencyDownError (a certificate is out of reach).
        """


class TakeWebhook(Command, frozen=True, kw_only=True):
    provider: str
    headers: Mapping[str, str]
    body: bytes


class WebhookTaken(Struct, frozen=True, kw_only=True):
    """Events taken, kept until the ledger is back, about nobody here, and unreadable."""

    accepted: int = 0
    kept: int = 0
    foreign: int = 0
    unreadable: Sequence[Unreadable] = ()


class TakeWebhookHandler:
    def __init__(self, webhooks: ProviderWebhooks, feedback: Feedback) -> None:
        self._webhooks = webhooks
        self._feedback = feedback

    async def __call__(self, command: TakeWebhook) -> WebhookTaken:
        told = await self._webhooks.read(command.provider, command.headers, command.body)
        if not told.reports:
            return WebhookTaken(foreign=told.foreign, unreadable=told.unreadable)
        taken = await self._feedback.take_or_keep(command.provider, told.reports)
        return WebhookTaken(
            accepted=taken.accepted,
            kept=taken.kept,
            foreign=told.foreign + len(taken.unknown),
            unreadable=told.unreadable,
        )
