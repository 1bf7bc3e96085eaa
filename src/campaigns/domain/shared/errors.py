"""What the domain says when it refuses.

A refusal has a class and a stable code; the edge maps classes to transport statuses once.
"""

from msgspec import Struct


class Violation(Struct, frozen=True):
    """One broken rule: where (a JSON pointer into the request or definition) and what the rule says."""

    pointer: str
    message: str


class DomainError(Exception):
    """A decision was refused. `code` is part of the public contract and never changes."""

    code = "domain.refused"

    def __init__(self, detail: str, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = violations


class InvalidError(DomainError):
    """What was asked breaks rules that the caller can mend; every broken rule is listed."""

    code = "request.malformed"


class NotFoundError(DomainError):
    """There is no such thing, or not for this tenant: callers cannot tell the difference."""

    code = "campaign.not_found"


class RefusedError(DomainError):
    """What was asked is well formed, but the present state forbids it."""

    code = "campaign.status_transition"


class LimitError(DomainError):
    """A tenant's limit would be exceeded."""

    code = "campaign.resource_limit"
