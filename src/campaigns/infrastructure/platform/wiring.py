"""The platform context, put together."""

from ipaddress import ip_address

from campaigns.application.platform.authentication import ApiKeyAuthenticator, LocalAuthenticator
from campaigns.application.platform.ports import (
    ApiKeys,
    AuditLog,
    Authenticator,
    IdempotencyKeys,
    Limits,
    Randomness,
    Tenants,
)
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.platform.api_keys import PostgresApiKeys
from campaigns.infrastructure.platform.auditing import StructuredAuditLog
from campaigns.infrastructure.platform.forgetting import ForgetOldAnswers
from campaigns.infrastructure.platform.idempotency import PostgresIdempotencyKeys
from campaigns.infrastructure.platform.limits import TenantsLimits
from campaigns.infrastructure.platform.probes import FollowersProbe, PostgresProbe, SchemaProbe
from campaigns.infrastructure.platform.randomness import SystemRandomness
from campaigns.infrastructure.platform.tenants import PostgresTenants
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings

PROBES = {"postgres": PostgresProbe, "schema": SchemaProbe, "followers": FollowersProbe}
ROLES = {"scheduler": [ForgetOldAnswers]}


def install(composition: Composition, settings: Settings) -> None:
    api_keys = PostgresApiKeys(composition.resolve(Database))
    by_key = ApiKeyAuthenticator(api_keys, composition.resolve(Clock))
    composition.instance(ApiKeys, api_keys)
    composition.instance(Authenticator, LocalAuthenticator(by_key) if trusts_this_machine(settings) else by_key)
    composition.register(AuditLog, StructuredAuditLog)
    composition.register(Randomness, SystemRandomness)
    composition.register(Tenants, PostgresTenants)
    composition.register(Limits, TenantsLimits)
    composition.register(PostgresIdempotencyKeys)
    composition.instance(IdempotencyKeys, composition.resolve(PostgresIdempotencyKeys))
    composition.register(PostgresProbe)
    composition.register(SchemaProbe)
    composition.register(FollowersProbe)
    composition.register(ForgetOldAnswers)


def trusts_this_machine(settings: Settings) -> bool:
    """Whether callers on this machine need no key: only where nobody else can reach the service's address."""
    wanted = settings.embedded_database() if settings.local_access is None else settings.local_access
    return wanted and _is_loopback(settings.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
