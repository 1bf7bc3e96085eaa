"""What an installation sets about its events."""

from msgspec import Struct


class EventTerms(Struct, frozen=True, kw_only=True):
    """How subjects begin, ours and those that are listened to, and whether events about messages travel alone."""

    prefix: str = "campaign"
    inbound_prefix: str = ""
    single_messages: bool = False

    def heard_at(self, subject: str) -> str:
        """A subject of others as it is listened to here."""
        return f"{self.inbound_prefix}.{subject}" if self.inbound_prefix else subject
