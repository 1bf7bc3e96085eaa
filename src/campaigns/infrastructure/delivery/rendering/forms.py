"""What every channel's form shares: a recipient becomes a message, or a reason why not."""

from typing import Protocol

from liquid.exceptions import LiquidError

from campaigns.application.delivery.ports import OutgoingMessage, Recipient, Unrenderable
from campaigns.application.delivery.tracking import MessageLinks
from campaigns.domain.delivery.messages import message_id
from campaigns.infrastructure.delivery.rendering.compiling import Rendered
from campaigns.infrastructure.delivery.rendering.headers import UnsafeValueError


class Run(Protocol):
    """What is the same for every message of a chunk."""

    @property
    def execution_no(self) -> int: ...

    @property
    def links(self) -> MessageLinks: ...

    @property
    def date(self) -> str:
        """RFC 5322 date of this chunk."""


class Form(Protocol):
    """The compiled content of one channel in one language."""

    @property
    def sender(self) -> str:
        """The sender of every message of this form; "" where the channel has none."""

    def message(self, run: Run, recipient: Recipient, missing: set[str]) -> OutgoingMessage:
        """Fill the form. Raises BlankError, UnsafeValueError, LiquidError; any other error is a person's odd data."""


class BlankError(Exception):
    """A field that must say something came out empty."""


def filled(form: Form, run: Run, recipient: Recipient, missing: set[str]) -> OutgoingMessage | Unrenderable:
    """A message, or the reason why there is none; nothing in a person's data can raise beyond here."""
    try:
        return form.message(run, recipient, missing)
    except BlankError as error:
        return Unrenderable(recipient.seq, f"{error} is empty{_because(missing)}", missing=True)
    except UnsafeValueError as error:
        return Unrenderable(recipient.seq, f"unsafe value: {error}")
    except LiquidError as error:
        return Unrenderable(recipient.seq, f"template: {error.message}")
    except Exception as error:  # noqa: BLE001 - filters meet any data people have: arithmetic, dates, text as numbers
        return Unrenderable(recipient.seq, f"template: {type(error).__name__}")


def said(text: Rendered, field: str, run: Run, recipient: Recipient, missing: set[str]) -> str:
    """A text that must not be blank."""
    found = text(recipient.profile, missing, run.links, recipient.seq)
    if not found or found.isspace():
        raise BlankError(field)
    return found


def identity(run: Run, recipient: Recipient) -> str:
    return message_id(run.execution_no, recipient.seq)


def _because(missing: set[str]) -> str:
    return f" (missing: {', '.join(sorted(missing))})" if missing else ""
