"""What can go wrong between a decision and its record."""


class ConflictError(Exception):
    """Somebody else recorded first. Deciding again on fresh state is safe, since decisions are pure."""

    code = "campaign.version_conflict"


class StaleVersionError(ConflictError):
    """The caller named a version (If-Match) that is no longer the present one; not retried."""


class DependencyDownError(Exception):
    """A service this use case needs does not answer. `name` says which, `retry_after` seconds when to ask again.

    `detail` is for the log; `says` what anybody may know.
    """

    code = "dependency.unavailable"

    def __init__(self, name: str, detail: str, retry_after: int = 5, says: str = "does not answer") -> None:
        super().__init__(detail)
        self.says = says
        self.name = name
        self.detail = detail
        self.retry_after = retry_after


class ClaimTakenError(Exception):
    """Another holder has the key that these events claim (a unique name, say); nothing was recorded."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} {key!r} is taken")
        self.kind = kind
        self.key = key


class ClaimLimitError(Exception):
    """With these events the tenant would hold more keys of this kind than `limit`; nothing was recorded."""

    def __init__(self, kind: str, limit: int) -> None:
        super().__init__(f"more than {limit} of {kind}")
        self.kind = kind
        self.limit = limit


class NotAllowedError(Exception):
    """The caller holds the scope of the route, yet this very thing is not theirs to do."""

    code = "request.forbidden"
