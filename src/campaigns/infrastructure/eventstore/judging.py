"""What the answers of the claim statements mean."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError
from campaigns.infrastructure.eventstore.statements import COUNT, TAKE

Rows = Sequence[tuple[Any, ...]]


def require_granted(asked: Mapping[LiteralString, dict[str, list[Any]]], answers: Mapping[LiteralString, Rows]) -> None:
    """Raise for the first claim that was not granted: ClaimTakenError, ClaimLimitError."""
    if TAKE in asked:
        taken = asked[TAKE]
        mine = {tuple(row) for row in answers[TAKE]}
        for claim in zip(taken["tenants"], taken["kinds"], taken["keys"], strict=True):
            if claim not in mine:
                raise ClaimTakenError(claim[1], claim[2])
    for _tenant, kind, limit in answers.get(COUNT, ()):
        raise ClaimLimitError(kind, limit)
