"""What the platform context asks of the world: who calls, what was asked before, what a tenant may have."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.platform.api_keys import ApiKey
from campaigns.domain.platform.limits import TenantLimits
from campaigns.domain.platform.tenants import Tenant
from campaigns.domain.shared.ids import TenantId


class Credentials(Struct, frozen=True, kw_only=True):
    """What a request shows of its sender. `host` and `origin` are headers, `peer` the address it came from."""

    authorization: str | None = None
    api_key: str | None = None
    origin: str | None = None
    host: str | None = None
    peer: str | None = None


class Principal(Struct, frozen=True, kw_only=True):
    """Somebody known: a tenant, a name within it (`key:<key_id>`, `local`), and what they may do."""

    tenant_id: TenantId
    name: str
    scopes: frozenset[Scope]


class Authenticator(Protocol):
    """Tells who sends a request."""

    async def authenticate(self, credentials: Credentials) -> Principal | None:
        """The principal; None when the credentials are missing, wrong, expired or revoked (never says which)."""


class IdempotentRequest(Struct, frozen=True, kw_only=True):
    """One attempt of a request with an Idempotency-Key; `fingerprint` is a sha256 of method, path and body."""

    attempt: UUID
    tenant_id: TenantId
    principal: str
    route: str
    key: str
    fingerprint: bytes


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """An answer kept for repeats."""

    status: int
    headers: dict[str, str]
    body: bytes


class Begun(Struct, frozen=True, kw_only=True):
    """The asking attempt holds the key and runs as `command_id`, the same for every attempt."""

    command_id: UUID


class StillRunning(Struct, frozen=True, kw_only=True):
    """Another attempt holds the key, for at most so many seconds more."""

    retry_after: int


class UsedForAnother(Struct, frozen=True, kw_only=True):
    """The key was used for another request."""


class IdempotencyKeys(Protocol):
    """Remembers requests for 24 hours. An attempt holds its key for seconds; a crashed one frees it by no longer
    extending it. Everything after `begin` obeys only the attempt that holds the key. DependencyDownError.
    """

    async def begin(
        self, request: IdempotentRequest, now: datetime
    ) -> Begun | StoredAnswer | StillRunning | UsedForAnother:
        """Take the key (the first attempt's id is the command's), or say why not."""

    async def extend(self, request: IdempotentRequest, now: datetime) -> None:
        """The attempt goes on: keep the key for it."""

    async def finish(self, request: IdempotentRequest, answer: StoredAnswer) -> StoredAnswer:
        """Keep the answer for repeats; what they will be told: another attempt's, when that one was first."""

    async def release(self, request: IdempotentRequest, now: datetime) -> None:
        """The attempt failed on our side: let the next one run, under the same command id."""

    async def withdraw(self, request: IdempotentRequest) -> None:
        """The request was turned away before anything ran: the key is as good as new."""


class Limits(Protocol):
    """What a tenant may have."""

    async def of(self, caller: Caller) -> TenantLimits:
        """The tenant's limits: its own overrides over the defaults. May be a few seconds old."""

    async def of_tenant(self, tenant_id: TenantId) -> TenantLimits:
        """The same, for the system."""


class Health(Struct, frozen=True, kw_only=True):
    """One dependency's state, in words an operator understands. No secrets, no addresses with passwords.

    `degraded`: it does its part, and somebody should look. No reason to take a process out of service.
    """

    ok: bool
    detail: str
    degraded: bool = False


class Probe(Protocol):
    """Asks one dependency whether it can do its part now."""

    async def __call__(self) -> Health:
        """Answers within two seconds, never raises."""


class Tenants(Protocol):
    """All tenants of the installation."""

    async def add(self, tenant: Tenant, command_id: UUID) -> None:
        """TenantTakenError when the id is taken; the same command again changes nothing."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        """TenantNotFoundError."""

    async def all(self, limit: int, offset: int) -> tuple[list[Tenant], int]:
        """A page by id, and how many there are in all."""

    async def set_limits(self, tenant_id: TenantId, overrides: dict[str, int]) -> Tenant:
        """Replaces the overrides. TenantNotFoundError."""


class ApiKeys(Protocol):
    """The keys of one tenant at a time; `find` alone looks across tenants, since it tells whose key it is."""

    async def add(self, key: ApiKey) -> None:
        """TenantNotFoundError when the tenant does not exist. A key id again: its secret is the later one."""

    async def find(self, key_id: str) -> ApiKey | None:
        """Whose key this is. May be a few seconds old."""

    async def all(self, tenant_id: TenantId) -> list[ApiKey]:
        """Newest first, revoked and expired ones included."""

    async def revoke(self, tenant_id: TenantId, key_id: str, at: datetime) -> ApiKey:
        """Ends the key; the first time counts. ApiKeyNotFoundError, also for another tenant's."""


class Randomness(Protocol):
    """The source of secrets."""

    def bytes(self, count: int) -> bytes:
        """Unpredictable bytes from the operating system."""


class AuditLog(Protocol):
    """Who changed what in the platform, for those who must be able to tell later."""

    def record(self, caller: Caller, action: str, subject: str, **detail: object) -> None:
        """Never a secret in `detail`."""
