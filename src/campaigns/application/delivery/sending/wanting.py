"""What a chunk asks a permit for."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from campaigns.application.delivery.permits import Wanted
from campaigns.application.delivery.sending.attempts import Attempt
from campaigns.application.delivery.sending.desk import Desk
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.channels import ChannelType


def wanted_of(attempts: Sequence[Attempt], people: Mapping[str, Mapping[str, Any]], desk: Desk) -> list[Wanted]:
    """In the order of the attempts, cut where the channel or the sender changes.

    The content says who the sender is, here as when it is filled in: a permit is for the mails that will leave.
    """

    def leaves_by(attempt: Attempt) -> tuple[ChannelType, str]:
        message, channel = attempt.message, CHANNELS_BY_NUMBER[attempt.channel]
        return channel, desk.content.sender_of(channel, message.variant, people.get(message.user_id, {}))

    return [
        Wanted(channel, sender, [message_id(desk.execution_no, attempt.seq) for attempt in piece])
        for (channel, sender), piece in groupby(attempts, leaves_by)
    ]
