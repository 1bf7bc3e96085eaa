"""What can become of an outgoing request other than an answer."""


class OutgoingError(Exception):
    """No usable answer. `detail` is for logs and problem documents; it never holds credentials."""

    def __init__(self, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class NotReachedError(OutgoingError):
    """Nothing has left: no connection was made."""


class BreakerOpenError(NotReachedError):
    """Nothing has left: the service failed repeatedly and is left alone for a while."""


class AddressRefusedError(NotReachedError):
    """Nothing has left, and nothing ever will: the address is outside what may be called."""


class AnswerLostError(OutgoingError):
    """The request left (at least in part) and the answer did not arrive: perhaps it was acted on."""


class AnswerTooLargeError(OutgoingError):
    """The answer is larger than the caller allows."""


class UnwillingError(OutgoingError):
    """The service answered 429 or 5xx each time it was asked."""

    def __init__(self, status: int, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.status = status
