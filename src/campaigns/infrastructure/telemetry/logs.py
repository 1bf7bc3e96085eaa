"""Logs: one JSON object per line, or columns for eyes; correlation ids from context, secrets never."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, TextIO

import msgspec
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
_encoder = msgspec.json.Encoder(enc_hook=repr)


def configure_logs(*, level: str, as_json: bool, stream: TextIO | None = None) -> None:
    """Once per process, after the imports (some libraries set up logging of their own)."""
    stream = stream or sys.stderr
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # Every request writes a line: ours go to the stream without a stop at the standard library's logging.
    structlog.configure(
        processors=[*common, *_rendering(as_json=as_json)],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=Lines(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    foreign: list[Processor] = [common[0], common[1], structlog.stdlib.ExtraAdder(), *common[2:]]
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    rendering = [meta, *_rendering(as_json=as_json)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=foreign, processors=rendering))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


class Lines:
    """Makes loggers that write whole lines, one after the other, whatever thread they come from."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._one_at_a_time = Lock()

    def __call__(self, *_names: object) -> "Lines":
        return self

    def write(self, line: str) -> None:
        with self._one_at_a_time:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except OSError:  # nobody reads the log any more: work goes on, as with the standard library's logging
                return

    debug = info = warning = warn = error = critical = exception = fatal = log = msg = write


def _rendering(*, as_json: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, without_secrets, as_json_line]
    return [without_secrets, on_one_line, structlog.dev.ConsoleRenderer(pad_event_to=30)]


def as_json_line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """What JSON does not know is written as its `repr`."""
    try:
        return _encoder.encode(event).decode()
    except (TypeError, ValueError, OverflowError):  # keys that are no text, lone surrogates, huge numbers
        return json.dumps({str(name): v if isinstance(v, str) else repr(v) for name, v in event.items()})


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Values under telling names, credentials inside addresses and headers: all replaced."""
    return {name: _clean(name, value) for name, value in event.items()}


def on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A line break in a value would let its author write log lines of their own (JSON escapes it anyway)."""
    return {name: _CONTROL.sub(_escaped, value) if isinstance(value, str) else value for name, value in event.items()}


def _escaped(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()


def _clean(name: str, value: Any) -> Any:
    if value is not None and _is_telling(name):
        return _HIDDEN
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Mapping):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(name, inner) for inner in value]
    return value


@lru_cache(4096)
def _is_telling(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _clean_text(text: str) -> str:
    if "://" in text:
        text = _USERINFO.sub(_HIDDEN, text)
    if len(text.split(maxsplit=1)) > 1:  # a scheme and its credentials are two words
        text = _BEARER.sub(rf"\1 {_HIDDEN}", text)
    return text
