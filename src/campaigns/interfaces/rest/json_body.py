"""Reading a JSON body strictly: what a JSON parser lets pass and a database would stumble over is refused."""

import json
import math
import re
from typing import Any, NoReturn

import msgspec
from litestar import Request

from campaigns.domain.shared.errors import Violation
from campaigns.interfaces.rest.large_body import WORTH_IT, read_quickly
from campaigns.interfaces.rest.refusals import MalformedError, UnsupportedMediaTypeError
from campaigns.interfaces.rest.shapes import violations_of

MAX_DEPTH = 64
_NO_BODY = (b"content-length", b"0")
_EXACT = 2**53
_SUSPICIOUS = re.compile(rb"\\u|\d{19}|\d[eE]")
_JSON_TYPE = re.compile(r"application/(json|[a-z0-9.+-]+\+json)", re.IGNORECASE)
_DUPLICATE = "stands more than once in the same object"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON body is checked and converted to the type its route declares."""

    async def body(self) -> bytes:
        """Nothing is waited for where nothing is announced: most commands have no body."""
        return b"" if _NO_BODY in self.scope["headers"] else await super().body()

    async def json(self) -> Any:
        """The body as the route's type. MalformedError names every field that does not fit."""
        if not _JSON_TYPE.fullmatch(self.content_type[0]):
            sent = self.content_type[0] or "none"
            raise UnsupportedMediaTypeError(f"The body must be application/json; the content type was {sent}")
        raw, field = await self.body(), self.route_handler.parsed_data_field
        if field is None:
            return parse(raw)
        quickly = read_quickly(raw, field.annotation) if len(raw) > WORTH_IT else None
        return quickly if quickly is not None else shaped(parse(raw), field.annotation)


def parse(raw: bytes) -> Any:
    """The document, or MalformedError: bad JSON or UTF-8, depth, duplicate keys, NUL, surrogates, big integers."""
    try:
        text = raw.decode()
        msgspec.json.decode(raw, type=msgspec.Raw)
        document = json.loads(text, object_pairs_hook=_object, parse_int=_shortened, parse_float=_number)
    except RecursionError:
        _too_deep()
    except UnicodeDecodeError as error:
        raise MalformedError("The body cannot be read", (Violation("", "must be UTF-8"),)) from error
    except (msgspec.MsgspecError, json.JSONDecodeError) as error:
        raise MalformedError("The body is not valid JSON", (Violation("", str(error)),)) from error
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH or _SUSPICIOUS.search(raw):
        _look_closely(document)
    return document


def shaped(document: Any, shape: Any) -> Any:
    """The document as `shape`; MalformedError lists every field that does not fit."""
    try:
        return msgspec.convert(document, shape, strict=True, str_keys=True)
    except msgspec.ValidationError as error:
        raise MalformedError("Fields of the body do not fit", violations_of(document, shape, error)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MalformedError("A field stands twice", (Violation(f"/{name}", _DUPLICATE),))
    return found


def _too_deep() -> NoReturn:
    rule = f"must be nested at most {MAX_DEPTH} levels deep"
    raise MalformedError(f"The body is nested more than {MAX_DEPTH} levels deep", (Violation("", rule),))


def _look_closely(document: Any) -> None:
    """Walk without recursion; the body was suspicious."""
    waiting: list[tuple[str, int, Any]] = [("", 1, document)]
    while waiting:
        pointer, depth, value = waiting.pop()
        if depth > MAX_DEPTH and isinstance(value, dict | list):
            _too_deep()
        if isinstance(value, dict):
            for name in value:
                _check_text(f"{pointer}/{name}", name)
            waiting += [(f"{pointer}/{name}", depth + 1, inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{index}", depth + 1, inner) for index, inner in enumerate(value)]
        elif isinstance(value, str):
            _check_text(pointer, value)
        elif isinstance(value, (int, float)):
            _check_number(pointer, value)


def _shortened(digits: str) -> int:
    """A number of thousands of digits stays too large when cut; converting all of it would cost quadratic time."""
    return int(digits[:40])


def _number(digits: str) -> float:
    """To JSON Schema 7.0 is an integer."""
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _check_number(pointer: str, number: float) -> None:
    if not -(2**63) <= number < 2**63 if isinstance(number, int) else not math.isfinite(number):
        raise MalformedError("A number is too large", (Violation(pointer, "must fit into 64 bits"),))


def _check_text(pointer: str, text: str) -> None:
    if "\x00" in text:
        rule = "must not contain the character NUL"
        raise MalformedError("A text cannot be stored", (Violation(pointer.replace("\x00", "\\u0000"), rule),))
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        shown = pointer.encode("ascii", "backslashreplace").decode()
        raise MalformedError("A text is not valid Unicode", (Violation(shown, "contains half a surrogate pair"),))
