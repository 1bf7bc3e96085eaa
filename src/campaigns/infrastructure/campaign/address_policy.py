"""Which webhook addresses may stand in a campaign."""

from campaigns.infrastructure.http.outgoing_address import OutgoingPolicy, url_refusal


class OutgoingAddressPolicy:
    """The policy of the client that will call them, as far as it can be told before a name is resolved."""

    def __init__(self, policy: OutgoingPolicy) -> None:
        self._policy = policy

    def problem(self, url: str) -> str | None:
        return url_refusal(url, self._policy)
