"""Every channel that is neither mail nor webhook: content into a JSON document for the provider."""

from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from campaigns.application.delivery.ports import OutgoingMessage, Recipient
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import ChannelType, Content
from campaigns.infrastructure.delivery.rendering.compiling import Rendered
from campaigns.infrastructure.delivery.rendering.forms import BlankError, Run, identity
from campaigns.infrastructure.delivery.rendering.texts import renderable

TEXTS = ("subject", "title", "body", "body_text", "body_html", "action_url", "icon", "url")
_HTML = frozenset({"body_html"})
_ONE_OF = ("body", "body_text", "body_html", "title")


class Note(Struct, omit_defaults=True):
    """The document of one message, as it goes to a notification service or the NATS pipeline."""

    message_id: str
    tenant_id: str
    campaign_id: str
    channel: str
    user_id: str
    recipient: str
    content: dict[str, Any]
    unsubscribe_url: str = ""


class NoteForm(Struct, frozen=True):
    """The compiled texts of a channel."""

    sender: ClassVar[str] = ""

    tenant_id: str
    campaign_id: str
    channel: str
    texts: tuple[tuple[str, Rendered], ...]

    def message(self, run: Run, recipient: Recipient, missing: set[str]) -> OutgoingMessage:
        said = {field: text(recipient.profile, missing, run.links, recipient.seq) for field, text in self.texts}
        if not any(said.get(field, "").strip() for field in _ONE_OF):
            raise BlankError("body")
        name = identity(run, recipient)
        note = Note(
            message_id=name,
            tenant_id=self.tenant_id,
            campaign_id=self.campaign_id,
            channel=self.channel,
            user_id=recipient.user_id,
            recipient=recipient.address,
            content=said,
            unsubscribe_url=run.links.unsubscribe(recipient.seq),
        )
        return OutgoingMessage(
            recipient.seq, name, recipient.user_id, recipient.address, recipient.variant, msgspec.json.encode(note)
        )


def note_form(content: Content, channel: ChannelType, brief: Brief) -> NoteForm:
    """Compile the texts that the content has. Raises LiquidError."""
    texts = tuple(
        (field, renderable(source, html=field in _HTML)) for field in TEXTS if (source := getattr(content, field))
    )
    return NoteForm(str(brief.tenant_id), str(brief.campaign_id), channel.value, texts)
