"""What a chunk asks a permit for."""

from collections.abc import Sequence
from itertools import groupby

from campaigns.application.delivery.permits import Wanted
from campaigns.application.delivery.sending.attempts import Attempt
from campaigns.application.delivery.sending.desk import Desk
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER


def wanted_of(attempts: Sequence[Attempt], desk: Desk) -> list[Wanted]:
    """In the order of the attempts, cut where the channel or the sender changes."""
    pieces = groupby(attempts, lambda attempt: (attempt.channel, attempt.message.variant))
    return [
        Wanted(
            CHANNELS_BY_NUMBER[number],
            desk.sender_address(variant, number),
            [message_id(desk.execution_no, attempt.message.seq) for attempt in piece],
        )
        for (number, variant), piece in pieces
    ]
