"""What providers say of messages in our own format."""

import hmac
from collections.abc import Sequence

from msgspec import Struct

from campaigns.application.analytics.feedback import Feedback, FeedbackReport, FeedbackTaken
from campaigns.application.analytics.reporting import FeedbackSecrets
from campaigns.application.shared.errors import NotAllowedError
from campaigns.application.shared.messages import Command


class Proof(Struct, frozen=True, kw_only=True):
    """`signature` is `sha256=` and the HMAC-SHA256 of the request's body, in hexadecimal."""

    signature: str
    body: bytes


class TakeFeedback(Command, frozen=True, kw_only=True):
    """With a `proof`, or `trusted` (told within the installation), it may speak of messages of every tenant; else of
    the caller's tenant's alone. Either all reports come of consumed events, or none.
    """

    provider: str
    reports: tuple[FeedbackReport, ...]
    proof: Proof | None = None
    trusted: bool = False


class TakeFeedbackHandler:
    def __init__(self, feedback: Feedback, secrets: FeedbackSecrets) -> None:
        self._feedback = feedback
        self._secrets = secrets

    async def __call__(self, command: TakeFeedback) -> FeedbackTaken:
        """What was proven is kept while the ledger is away: its sender may not come again."""
        if command.proof is not None:
            require_genuine(command.proof, self._secrets.of(command.provider))
            return await self._feedback.take_or_keep(command.provider, command.reports)
        of = None if command.trusted else command.caller.tenant_id
        return await self._feedback.take(command.provider, command.reports, of)


def require_genuine(proof: Proof, secrets: Sequence[bytes]) -> None:
    """Refuses a provider without a secret here, and a signature that was made with none of them."""
    signature = proof.signature.removeprefix("sha256=").encode("utf-8", "replace")
    made = [hmac.digest(secret, proof.body, "sha256").hex().encode() for secret in secrets]
    if not any(hmac.compare_digest(one, signature) for one in made):
        raise NotAllowedError("The signature is not the provider's")
