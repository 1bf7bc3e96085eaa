"""Logs: one JSON object per line, or columns for eyes; correlation ids from context, secrets never."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_HIDDEN = "•••"
_SECRET_NAME = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|credential", re.IGNORECASE
)
_USERINFO = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_NOISY = ("uvicorn.access", "uvicorn.error", "asyncio", "nats.aio.client")


def configure_logs(*, level: str, as_json: bool, stream: TextIO | None = None) -> None:
    """Once per process, after the imports (some libraries set up logging of their own)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(as_json=as_json))
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(*, as_json: bool) -> list[Processor]:
    first: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_secrets]
    if as_json:
        return [*first, structlog.processors.format_exc_info, without_secrets, structlog.processors.JSONRenderer()]
    return [*first, on_one_line, structlog.dev.ConsoleRenderer(pad_event_to=30)]


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Values under telling names, credentials inside addresses and headers: all replaced."""
    return {name: _clean(name, value) for name, value in event.items()}


def on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A line break in a value would let its author write log lines of their own (JSON escapes it anyway)."""
    return {name: _CONTROL.sub(_escaped, value) if isinstance(value, str) else value for name, value in event.items()}


def _escaped(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()


def _clean(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name) and value is not None:
        return _HIDDEN
    if isinstance(value, str):
        return _BEARER.sub(rf"\1 {_HIDDEN}", _USERINFO.sub(_HIDDEN, value))
    if isinstance(value, Mapping):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(name, inner) for inner in value]
    return value
