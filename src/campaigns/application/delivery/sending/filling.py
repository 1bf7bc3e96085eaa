"""Content filled in for some people, whatever happens."""

from collections.abc import Sequence

import structlog

from campaigns.application.delivery.ports import CompiledContent, OutgoingMessage, Recipient, Unrenderable
from campaigns.domain.shared.channels import ChannelType

log = structlog.get_logger(__name__)


def filled_in(
    content: CompiledContent, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]
) -> Sequence[OutgoingMessage | Unrenderable]:
    try:
        return content.render(execution_no, channel, recipients)
    except Exception as error:  # a defect of ours must not make nobody's or everybody's mail uncertain
        log.exception("rendering failed", execution_no=execution_no, channel=channel)
        return [Unrenderable(recipient.seq, f"{type(error).__name__}: {error}") for recipient in recipients]
