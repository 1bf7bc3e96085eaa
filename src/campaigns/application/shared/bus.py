"""The one door into the application: a message finds its handler through an explicit table."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

Handler = Callable[[Any], Awaitable[Any]]
Middleware = Callable[[Handler], Handler]


class Bus:
    """Dispatches a command or query to its one handler, through the middleware (outermost first)."""

    def __init__(self, handlers: Mapping[type, Handler], middleware: Sequence[Middleware] = ()) -> None:
        self._handlers = {message: _wrapped(handler, middleware) for message, handler in handlers.items()}

    async def __call__(self, message: Any) -> Any:
        return await self._handlers[type(message)](message)


def _wrapped(handler: Handler, middleware: Sequence[Middleware]) -> Handler:
    for wrap in reversed(middleware):
        handler = wrap(handler)
    return handler
