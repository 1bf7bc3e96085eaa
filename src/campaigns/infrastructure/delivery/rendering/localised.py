"""One channel in several languages: a person's locale, its language, else the default."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from campaigns.domain.shared.channels import Channel, Content

Said = TypeVar("Said")


def contents_of(channel: Channel, base: Content | None = None) -> dict[str, Content]:
    """Complete content by lower-case locale; "" is the default. What a locale does not say, the default says."""
    default = over(base or Content(), channel.content)
    return {"": default} | {_name(locale): over(default, content) for locale, content in channel.locales.items()}


def over(base: Content, content: Content) -> Content:
    """The base with every field that the content sets."""
    stated = {field: value for field, value in msgspec.structs.asdict(content).items() if value is not None}
    return msgspec.structs.replace(base, **stated)


def choose(by_locale: Mapping[str, Said], locale: object) -> Said:
    """The form for a locale such as `kk-KZ` or `kk_KZ`."""
    if len(by_locale) > 1 and isinstance(locale, str) and locale:
        name = _name(locale)
        exact = by_locale.get(name) or by_locale.get(name.partition("-")[0])
        if exact is not None:
            return exact
    return by_locale[""]


def _name(locale: str) -> str:
    return locale.replace("_", "-").lower()
