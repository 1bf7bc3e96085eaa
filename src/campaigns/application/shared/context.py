"""Who asks: carried by every command and query."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from campaigns.domain.shared.ids import TenantId


class Scope(StrEnum):
    """What a principal may do; routes and handlers ask for one of these."""

    READ = "campaigns:read"
    WRITE = "campaigns:write"
    LAUNCH = "campaigns:launch"
    APPROVE = "campaigns:approve"
    OPERATE = "operations"
    ADMIN = "admin"


class Caller(Struct, frozen=True, kw_only=True):
    """One request's identity: tenant, principal, and the ids that tie events, logs and retries together.

    `command_id` names this one intention for ever: two commits with the same id are the same command, retried.
    `fresh` asks the event store to look past its cache; the bus sets it when it tries a command again.
    """

    tenant_id: TenantId
    principal: str
    scopes: frozenset[Scope]
    command_id: UUID
    correlation_id: str
    causation_id: str | None = None
    fresh: bool = False
