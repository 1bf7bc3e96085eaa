"""Header values that cannot break out of their line: RFC 5322 text, RFC 2047 words, addresses."""

import re
from base64 import b64encode

_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\-\u0080-\U0010ffff]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOMS}(?:\.{_ATOMS})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_LONGEST_ADDRESS = 254
_LONGEST_LOCAL_PART = 64
_PLAIN_LENGTH = 200  # well below the 998 a line may have
_WORD_BYTES = 42  # 56 characters of base64, 75 with the frame of an encoded word at most


class UnsafeValueError(ValueError):
    """A value that must not be written into a header."""


def unstructured(value: str) -> str:
    """Free text (a subject) as the value of a header: white space collapsed, non-ASCII encoded."""
    if _CONTROL.search(value):
        raise UnsafeValueError("a control character")
    line = " ".join(value.split())
    if line.isascii() and len(line) <= _PLAIN_LENGTH and "=?" not in line:
        return line
    return encoded_words(line)


def encoded_words(value: str) -> str:
    """RFC 2047 encoded words, cut between characters, one a line."""
    words: list[bytes] = []
    word = b""
    for character in value:
        octets = character.encode()
        if len(word) + len(octets) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += octets
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def mailbox(name: str, address: str) -> str:
    """`Name <address>`, the name quoted or encoded as it needs."""
    if _CONTROL.search(name):
        raise UnsafeValueError("a control character")
    phrase = " ".join(name.split())
    if not phrase:
        return address
    if phrase.isascii() and len(phrase) <= _PLAIN_LENGTH and "=?" not in phrase:
        quoted = phrase.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{encoded_words(phrase)}\r\n <{address}>"


def address_of(value: object) -> str:
    """A mail address, its domain in ASCII. The local part may be non-ASCII (then it needs SMTPUTF8)."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if not found or len(found["local"].encode("utf-8", "replace")) > _LONGEST_LOCAL_PART:
        raise UnsafeValueError("not a mail address")
    domain = found["domain"]
    if not domain.isascii():
        domain = ascii_domain(domain)
    address = f"{found['local']}@{domain}"
    if _CONTROL.search(address) or any(map(str.isspace, address)):
        raise UnsafeValueError("not a mail address")
    if len(address.encode()) > _LONGEST_ADDRESS:
        raise UnsafeValueError("a mail address of more than 254 octets")
    return address


def ascii_domain(domain: str) -> str:
    """As it stands in mails and in the DNS. Raises UnsafeValueError."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise UnsafeValueError("not a domain") from error
