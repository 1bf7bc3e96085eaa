"""Whether content can be sent: does it compile, and is what the channel needs there? Every problem names its place."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec
from liquid.exceptions import LiquidError
from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.infrastructure.delivery.rendering.headers import UnsafeValueError, address_of
from campaigns.infrastructure.delivery.rendering.language import SOURCE_LIMIT, lenient
from campaigns.infrastructure.delivery.senders.webhook import OWN_HEADERS

TEXTS = ("subject", "body_html", "body_text", "body", "title", "sender_name", "action_url", "icon")
_METHODS = frozenset({"POST", "PUT", "PATCH"})
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_FIELD_VALUE = re.compile(r"[\x21-\x7e\x80-\xff]?[\x20-\x7e\x80-\xff\t]{0,1000}")
_OWN = frozenset({"unsubscribe_url"})


class Checked(Struct, frozen=True):
    """What is wrong with a text, and which of a person's attributes it uses."""

    problems: tuple[str, ...]
    variables: frozenset[str]


def check(source: str, *, html: bool = False) -> Checked:
    """Look at one Liquid text. A problem reads `line 3: unknown filter 'shout'`."""
    if len(source) > SOURCE_LIMIT:
        return Checked((f"must have at most {SOURCE_LIMIT:,} characters",), frozenset())
    if "\x00" in source:
        return Checked(("must not contain NUL",), frozenset())
    try:
        template = lenient(html=html, seen=set()).from_string(source)
    except (LiquidError, RecursionError) as error:
        return Checked((sentence(error),), frozenset())
    analysis = template.analyze()
    known = template.env.filters
    unknown = (
        f"line {span.line_col(source)[0]}: unknown filter '{name}'"
        for name, spans in analysis.filters.items()
        if name not in known
        for span in spans
    )
    return Checked(tuple(unknown), frozenset(analysis.globals) - _OWN)


def content_problems(content: Content, channel: ChannelType) -> Iterator[tuple[str, str]]:
    """(field, rule) for each rule that complete content breaks."""
    for field in TEXTS:
        if source := getattr(content, field):
            for problem in check(source, html=field == "body_html").problems:
                yield field, problem
    if channel is ChannelType.EMAIL:
        yield from _mail_problems(content)
    elif channel is ChannelType.WEBHOOK:
        yield from _call_problems(content)
    elif not (content.body or content.body_text or content.body_html or content.title):
        yield "body", "must say something"


def _mail_problems(content: Content) -> Iterator[tuple[str, str]]:
    if not content.subject or not content.subject.strip():
        yield "subject", "must say something"
    if not (content.body_html or content.body_text):
        yield "body_html", "must say something (or body_text)"
    for field, address in (("sender_email", content.sender_email), ("reply_to", content.reply_to)):
        if address is None and field == "reply_to":
            continue
        try:
            address_of(address)
        except UnsafeValueError:
            yield field, "must be a mail address"


def _call_problems(content: Content) -> Iterator[tuple[str, str]]:
    if not content.url or "{" in content.url or not urlsplit(content.url).hostname:
        yield "url", "must be an absolute URL without Liquid"
    if content.method is not None and content.method.upper() not in _METHODS:
        yield "method", f"must be one of {', '.join(sorted(_METHODS))}"
    for name, value in (content.headers or {}).items():
        if not _TOKEN.fullmatch(name) or name.lower() in OWN_HEADERS:
            yield "headers", f"{name!r} is not a header that can be set"
        if not _FIELD_VALUE.fullmatch(value):
            yield "headers", f"the value of {name!r} is not a header value"
    if content.payload_template is not None:
        yield from _payload_problems(content.payload_template)


def _payload_problems(source: str) -> Iterator[tuple[str, str]]:
    try:
        document = msgspec.json.decode(source)
    except msgspec.DecodeError as error:
        yield "payload_template", f"must be a JSON document (its texts may be Liquid): {error}"
        return
    for text in _texts(document):
        for problem in check(text).problems:
            yield "payload_template", f"{text!r}: {problem}"


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _texts(child)


def sentence(error: LiquidError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    try:
        place = error.context()
    except ValueError:  # the error stands behind the last character
        place = None
    return f"line {place[0]}: {error.message}" if place else str(error.message)
