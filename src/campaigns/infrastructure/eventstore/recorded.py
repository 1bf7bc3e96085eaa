"""The envelope: what the store knows about a fact beside the fact itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.shared.ids import TenantId


class Metadata(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whose fact it is and which intention brought it about."""

    tenant_id: TenantId
    principal: str
    command_id: UUID
    correlation_id: str
    causation_id: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> "Metadata":
        return cls(
            tenant_id=caller.tenant_id,
            principal=caller.principal,
            command_id=caller.command_id,
            correlation_id=caller.correlation_id,
            causation_id=caller.causation_id,
        )


class Recorded(Struct, frozen=True):
    """One stored event, or one snapshot (then `payload` is the state). `position` is 0 unless read from the log."""

    originator_id: UUID
    originator_version: int
    recorded_at: datetime
    metadata: Metadata
    payload: Any
    position: int = 0
    topic: str = ""

    @property
    def tenant_id(self) -> TenantId:
        return self.metadata.tenant_id

    @property
    def state(self) -> Any:
        """What the library calls the content of a snapshot."""
        return self.payload
