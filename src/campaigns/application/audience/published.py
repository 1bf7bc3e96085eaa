"""What the audience context tells the world. Names and shapes are for ever; fields are added with defaults."""

from typing import Annotated

from msgspec import Meta

from campaigns.application.shared.published import PublishedCatalogue, PublishedEvent
from campaigns.application.shared.published_fields import At


class PersonErasedNews(PublishedEvent, frozen=True, kw_only=True):
    """A person was erased: forget for whom these messages were, and whatever you know of that person through them.

    One event for each campaign that planned messages for them, and one more for each further thousand of messages. It
    follows everything that ever named the person in this stream, all of which was overwritten by then. Nobody else is
    told of: who got no message is named by none of our events about messages.
    """

    message_ids: Annotated[
        tuple[str, ...],
        Meta(min_length=1, description="The person's messages in this campaign: their other events name them so"),
    ]
    pseudonym: Annotated[
        str,
        Meta(description="What stands for the person's id in our answers and events since, of all campaigns"),
    ]
    erased_at: At


PUBLISHED: PublishedCatalogue = {"campaign.person.erased": PersonErasedNews}
