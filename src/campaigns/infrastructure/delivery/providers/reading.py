"""Reads the providers file. Whatever cannot be used is named, with its place and its rule; a secret never is."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from campaigns.domain.shared.channels import ChannelType
from campaigns.infrastructure.delivery.providers.document import (
    AnyProvider,
    NotificationTable,
    PipelineTable,
    ProvidersDocument,
    SmtpTable,
    WebhookTable,
)
from campaigns.infrastructure.delivery.rendering.headers import UnsafeValueError, ascii_domain
from campaigns.infrastructure.settings_sources import SettingsError

NOTIFIED = (ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.PUSH, ChannelType.IN_APP)
CHANNELS: dict[type[AnyProvider], tuple[ChannelType, ...]] = {
    SmtpTable: (ChannelType.EMAIL,),
    NotificationTable: NOTIFIED,
    PipelineTable: tuple(ChannelType),
    WebhookTable: (ChannelType.WEBHOOK,),
}
"""What each kind can deliver, and does unless its channels are named."""
RESERVED = ("smtp", "nats", "notification-service", "webhook")


def read_document(file: Path) -> ProvidersDocument:
    """Raises SettingsError with everything that is wrong."""
    try:
        document = msgspec.convert(_parsed(file), ProvidersDocument)
    except OSError as error:
        raise SettingsError([f"{file}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file}: is neither TOML nor JSON: {error}"]) from error
    except msgspec.ValidationError as error:
        raise SettingsError([f"{file}: {error}"]) from error
    if problems := [f"{file}: {problem}" for problem in _problems(document)]:
        raise SettingsError(problems)
    return document


def read_secret(name: str, beside: Path) -> str:
    """What stands in a file that the providers file names; relative to its folder. Raises SettingsError."""
    path = beside.parent / name
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingsError([f"{beside}: {path} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([f"{beside}: {path} is not UTF-8"]) from error


def as_in_mails(sender: str) -> str:
    """An address or a domain as routing compares it: in lower case, the domain in ASCII. Raises UnsafeValueError."""
    local, at, domain = sender.lower().rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def _parsed(file: Path) -> Any:
    text = file.read_text(encoding="utf-8")
    return json.loads(text) if file.suffix == ".json" else tomllib.loads(text)


def _problems(document: ProvidersDocument) -> Iterator[str]:
    if strange := list(_strange_domains(document)):
        yield from strange
        return
    names = Counter(provider.name for provider in document.providers)
    yield from (f"the name {name!r} is used {times} times" for name, times in names.items() if times > 1)
    yield from (f"the name {name!r} belongs to the settings" for name in names if name in RESERVED)
    senders = Counter(as_in_mails(table.sender) for table in document.senders)
    yield from (f"the sender {name!r} is named {times} times" for name, times in senders.items() if times > 1)
    for place, provider in enumerate(document.providers):
        for channel in provider.channels or ():
            if channel not in CHANNELS[type(provider)]:
                yield f"{channel} is not delivered by this kind of provider - at `$.providers[{place}].channels`"
        if isinstance(provider, SmtpTable) and bool(provider.username) != bool(provider.password_file):
            yield f"a username and a password_file belong together - at `$.providers[{place}]`"


def _strange_domains(document: ProvidersDocument) -> Iterator[str]:
    names = [domain for provider in document.providers for domain in provider.sender_domains]
    for name in [*names, *(table.sender for table in document.senders)]:
        try:
            as_in_mails(name)
        except UnsafeValueError as error:
            yield f"{name!r} is {error}"
