"""When two written addresses are one: who shares it gets one message."""

import re
from string import ascii_lowercase, ascii_uppercase

_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_NO_DIGIT = re.compile("[^0-9]")


def same_address(attribute: str, written: str) -> str:
    """Equal for equal addresses, "" for none: mail whatever its ASCII case, phone numbers by their digits."""
    match attribute:
        case "email":
            return written.strip(" ").translate(_ASCII_LOWER)
        case "phone":
            return _NO_DIGIT.sub("", written).removeprefix("00")
        case _:
            return written.strip(" ")
