"""Tenants and API keys as they travel."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from campaigns.application.shared.context import Scope
from campaigns.domain.platform.api_keys import ApiKey
from campaigns.domain.platform.limits import TenantLimits, with_overrides
from campaigns.domain.platform.tenants import Tenant
from campaigns.interfaces.rest.wire import Body, Count, Name, UtcInstant, View

TenantSlug = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,62}$", description="A lower-case slug", examples=["acme"])
]


class LimitOverrides(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What differs from the defaults; a limit that is left out keeps its default."""

    running_campaigns: Count | None = None
    audience: Count | None = None
    inline_rules: Count | None = None
    segments: Count | None = None
    test_groups: Count | None = None
    variants: Count | None = None
    frequency_cap_messages: Count | None = None
    frequency_cap_days: Count | None = None
    messages_per_minute: Count | None = None
    messages_per_hour: Count | None = None
    messages_per_day: Count | None = None
    sending_weight: Count | None = None

    def given(self) -> dict[str, int]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not None}


class NewTenant(Body, frozen=True, kw_only=True):
    tenant_id: TenantSlug
    name: Name
    limits: LimitOverrides = LimitOverrides()


class TenantView(View, frozen=True, kw_only=True):
    """`limits` are the ones in force."""

    tenant_id: str
    name: str
    limits: TenantLimits
    overrides: dict[str, int]
    created_at: datetime


class TenantList(View, frozen=True, kw_only=True):
    tenants: list[TenantView]
    total: int
    limit: int
    offset: int
    has_more: bool


class NewApiKey(Body, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=255, examples=["reporting"])]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    expires_at: UtcInstant | None = None


class ApiKeyView(View, frozen=True, kw_only=True):
    key_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class IssuedKeyView(ApiKeyView, frozen=True, kw_only=True):
    """`key` is shown this once."""

    key: str


class ApiKeyList(View, frozen=True, kw_only=True):
    api_keys: list[ApiKeyView]


def tenant_view(tenant: Tenant) -> TenantView:
    return TenantView(
        tenant_id=tenant.tenant_id,
        name=tenant.name,
        limits=with_overrides(tenant.limits),
        overrides=tenant.limits,
        created_at=tenant.created_at,
    )


def api_key_view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(**_shown(key))


def issued_key_view(key: ApiKey, text: str) -> IssuedKeyView:
    return IssuedKeyView(key=text, **_shown(key))


def _shown(key: ApiKey) -> dict[str, Any]:
    shown = {name: getattr(key, name) for name in ApiKeyView.__struct_fields__}
    return {**shown, "scopes": sorted(key.scopes)}
