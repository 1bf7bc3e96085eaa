"""The relaxed canonical form of a mail (RFC 6376, 3.4): what may change on the way without breaking a signature."""

import re

_FOLD = re.compile(rb"\r\n(?=[ \t])")


def relaxed_body(body: bytes) -> bytes:
    """White space in lines as one space, none at their ends, no empty lines at the end of the body."""
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    body = _with_single_spaces(body).replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def relaxed_headers(head: bytes) -> dict[bytes, list[bytes]]:
    """Lines such as `subject:Hi` by the name of their header, from the first to the last of each."""
    found: dict[bytes, list[bytes]] = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.rstrip(b" \t").lower()
        found.setdefault(name, []).append(b"%s:%s" % (name, _with_single_spaces(value).strip(b" ")))
    return found


def _with_single_spaces(text: bytes) -> bytes:
    text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text
