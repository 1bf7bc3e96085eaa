"""What the fields of published events mean, said once: the contract repeats it wherever a field stands."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from msgspec import Meta

At: TypeAlias = Annotated[datetime, Meta(tz=True, description="UTC")]
Principal: TypeAlias = Annotated[
    str,
    Meta(
        description="Who did it: `key:<id>` of an API key, `local` for loopback without one, `operator` for the command"
        " line, or a part of the service (`scheduler`, `system:guardrails`, `reaction:…`, `nats:<subject>`)"
    ),
]
CampaignId: TypeAlias = Annotated[UUID, Meta(description="The campaign; the same as `subject` of the envelope")]
ExecutionId: TypeAlias = Annotated[UUID, Meta(description="The run of the campaign")]
VariantUuid: TypeAlias = Annotated[UUID, Meta(description="The variant, as `GET /campaigns/{id}/variants` names it")]
Reason: TypeAlias = Annotated[str, Meta(description="In words, for people")]
People: TypeAlias = Annotated[int, Meta(ge=0, description="How many people")]
Messages: TypeAlias = Annotated[int, Meta(ge=0, description="How many messages")]
