"""E-mail: content into a complete MIME message."""

from uuid import UUID

from msgspec import Struct

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.domain.shared.channels import Content
from campaigns.infrastructure.delivery.rendering import headers, mime
from campaigns.infrastructure.delivery.rendering.compiling import Rendered
from campaigns.infrastructure.delivery.rendering.forms import BlankError, Run, identity, said
from campaigns.infrastructure.delivery.rendering.slots import Slots
from campaigns.infrastructure.delivery.rendering.targets import Targets
from campaigns.infrastructure.delivery.rendering.texts import renderable
from campaigns.infrastructure.delivery.rendering.tracked_html import tracked
from campaigns.infrastructure.delivery.rendering.tracked_text import tracked_text


class LetterForm(Struct, frozen=True):
    """A compiled mail. `origin` is the header lines that are the same for all."""

    sender: str
    domain: str
    campaign: str
    origin: str
    sender_name: Rendered | None
    subject: Rendered
    texts: tuple[Rendered, ...]
    skeleton: mime.Skeleton

    def message(self, run: Run, recipient: Recipient, missing: set[str]) -> OutgoingMessage:
        address = headers.address_of(recipient.address)
        name = identity(run, recipient)
        subject = headers.unstructured(said(self.subject, "subject", run, recipient, missing))
        texts = tuple(text(recipient.profile, missing, run.links, recipient.seq) for text in self.texts)
        if not any(text.strip() for text in texts):
            raise BlankError("body")
        head = (
            f"{self._from(run, recipient, missing)}To: {address}\r\nSubject: {subject}\r\nDate: {run.date}\r\n"
            f"Message-ID: <{name}.{self.campaign}@{self.domain}>\r\n"
            f"List-Unsubscribe: <{run.links.unsubscribe(recipient.seq)}>\r\n"
        )
        body = self.skeleton.filled(head.encode(), texts)
        return OutgoingMessage(
            recipient.seq, name, recipient.user_id, address, recipient.variant, body, sender=self.sender
        )

    def _from(self, run: Run, recipient: Recipient, missing: set[str]) -> str:
        if self.sender_name is None:
            return self.origin
        name = self.sender_name(recipient.profile, missing, run.links, recipient.seq)
        return f"From: {headers.mailbox(name, self.sender)}\r\n{self.origin}"


def letter_form(content: Content, campaign_id: UUID, targets: Targets, *, trap: bool = False) -> LetterForm:
    """Compile a mail. Raises LiquidError or UnsafeValueError; the fields are checked by `check.py` before."""
    slots = Slots()
    sender = headers.address_of(content.sender_email)
    origin = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    if content.reply_to:
        origin += f"Reply-To: {headers.address_of(content.reply_to)}\r\n"
    name = content.sender_name or ""
    personal_name = renderable(name, html=False) if "{" in name else None
    if personal_name is None:
        origin = f"From: {headers.mailbox(name, sender)}\r\n{origin}"
    subtypes, texts = [], []
    if content.body_text:
        subtypes.append("plain")
        texts.append(renderable(tracked_text(content.body_text, targets, slots), html=False, slots=slots))
    if content.body_html:
        subtypes.append("html")
        marked = tracked(content.body_html, targets, slots, trap=trap)
        texts.append(renderable(marked, html=True, slots=slots))
    return LetterForm(
        sender=sender,
        domain=sender.rpartition("@")[2],
        campaign=campaign_id.hex,
        origin=origin,
        sender_name=personal_name,
        subject=renderable(content.subject or "", html=False),
        texts=tuple(texts),
        skeleton=mime.skeleton(*subtypes),
    )
