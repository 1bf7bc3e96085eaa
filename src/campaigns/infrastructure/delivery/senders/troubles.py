"""From what a refusal means to what becomes of the message."""

from campaigns.application.delivery.ports import Trouble, Verdict
from campaigns.domain.delivery.refusals import Refusal


def trouble_of(refusal: Refusal, said: str) -> Trouble:
    """`said` are the provider's words."""
    if refusal.lasting:
        return Trouble(Verdict.PERMANENT, said)
    return Trouble(Verdict.BUSY if refusal.of_all else Verdict.TRANSIENT, said, refusal.wait)
