"""What the edge itself refuses, before or beside the application."""

from campaigns.domain.shared.errors import Violation


class EdgeError(Exception):
    """A request that never reached a use case. `status` and `code` are public; `headers` go onto the answer."""

    status = 400
    code = "request.malformed"
    title = "The request is malformed"

    def __init__(
        self, detail: str, violations: tuple[Violation, ...] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = violations
        self.headers = headers or {}


class MalformedError(EdgeError):
    """The request cannot be read, or a value has the wrong shape."""


class UnauthenticatedError(EdgeError):
    """No credentials, or none that are valid."""

    status = 401
    code = "request.unauthenticated"
    title = "Credentials are needed"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="campaigns"'})


class ForbiddenError(EdgeError):
    """Valid credentials without the scope this route needs."""

    status = 403
    code = "request.forbidden"
    title = "This is not allowed"


class UnsupportedMediaTypeError(EdgeError):
    """A body in a format this route does not read."""

    status = 415
    code = "request.unsupported_media_type"
    title = "This content type is not read here"


class IdempotencyConflictError(EdgeError):
    """The Idempotency-Key was used before, for another request."""

    status = 422
    code = "request.idempotency_conflict"
    title = "The Idempotency-Key belongs to another request"


class StillRunningError(EdgeError):
    """The first request with this Idempotency-Key has not finished."""

    status = 409
    code = "request.idempotency_conflict"
    title = "The first request with this Idempotency-Key is still running"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Ask again for its answer, with the same Idempotency-Key", headers={"Retry-After": str(retry_after)}
        )


class TooLargeError(EdgeError):
    """More than this route takes."""

    status = 413
    code = "request.too_large"
    title = "The request is too large"


class RateLimitedError(EdgeError):
    """The principal has used up its quota."""

    status = 429
    code = "request.rate_limited"
    title = "Too many requests"

    def __init__(self, requests: int, seconds: int, wait: int, headers: dict[str, str]) -> None:
        super().__init__(
            f"{requests:,} requests in {seconds} s are allowed; ask again in {wait} s",
            headers={**headers, "Retry-After": str(wait)},
        )
