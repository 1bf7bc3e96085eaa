"""What an operator, an admin and everybody else may do to tenants and keys; the ports are given by the test."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from campaigns.application.platform.commands.create_api_key import CreateApiKey, CreateApiKeyHandler
from campaigns.application.platform.commands.create_tenant import CreateTenant, CreateTenantHandler
from campaigns.application.platform.commands.revoke_api_key import RevokeApiKey, RevokeApiKeyHandler
from campaigns.application.platform.commands.set_tenant_limits import SetTenantLimits, SetTenantLimitsHandler
from campaigns.application.platform.queries.list_api_keys import ListApiKeys, ListApiKeysHandler
from campaigns.application.platform.queries.list_tenants import ListTenants, ListTenantsHandler, TenantPage
from campaigns.application.platform.queries.show_tenant import ShowTenant, ShowTenantHandler
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import NotAllowedError
from campaigns.domain.platform.api_keys import ApiKey, hashed, read
from campaigns.domain.platform.errors import (
    ApiKeyNotFoundError,
    InvalidApiKeyError,
    InvalidTenantError,
    TenantNotFoundError,
)
from campaigns.domain.platform.tenants import OPERATOR, Tenant
from campaigns.domain.shared.ids import TenantId

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ACME = TenantId("acme")
SECRETS = bytes(range(32))


class Clock:
    def now(self) -> datetime:
        return NOW


class Dice:
    def bytes(self, count: int) -> bytes:
        return SECRETS[:count]


class KeptTenants:
    def __init__(self) -> None:
        self.by_id: dict[str, Tenant] = {}
        self.asked: list[tuple[int, int]] = []

    async def add(self, tenant: Tenant, command_id: UUID) -> None:
        self.by_id[tenant.tenant_id] = tenant
        self.command_id = command_id

    async def get(self, tenant_id: TenantId) -> Tenant:
        if tenant_id not in self.by_id:
            raise TenantNotFoundError("There is no such tenant")
        return self.by_id[tenant_id]

    async def all(self, limit: int, offset: int) -> tuple[list[Tenant], int]:
        self.asked.append((limit, offset))
        return list(self.by_id.values())[offset : offset + limit], len(self.by_id)

    async def set_limits(self, tenant_id: TenantId, overrides: dict[str, int]) -> Tenant:
        self.by_id[tenant_id] = replace(await self.get(tenant_id), limits=overrides)
        return self.by_id[tenant_id]


class KeptKeys:
    def __init__(self) -> None:
        self.kept: list[ApiKey] = []

    async def add(self, key: ApiKey) -> None:
        self.kept.append(key)

    async def find(self, key_id: str) -> ApiKey | None:
        return next((key for key in self.kept if key.key_id == key_id), None)

    async def all(self, tenant_id: TenantId) -> list[ApiKey]:
        return [key for key in self.kept if key.tenant_id == tenant_id]

    async def revoke(self, tenant_id: TenantId, key_id: str, at: datetime) -> ApiKey:
        key = await self.find(key_id)
        if key is None or key.tenant_id != tenant_id:
            raise ApiKeyNotFoundError("There is no such key")
        return replace(key, revoked_at=at)


class Notes:
    def __init__(self) -> None:
        self.written: list[tuple[str, str, str, dict[str, object]]] = []

    def record(self, caller: Caller, action: str, subject: str, **detail: object) -> None:
        self.written.append((caller.principal, action, subject, detail))


def caller(*scopes: Scope, tenant_id: TenantId = OPERATOR) -> Caller:
    return Caller(
        tenant_id=tenant_id,
        principal="anna",
        scopes=frozenset(scopes),
        command_id=UUID(int=7),
        correlation_id="c",
    )


ADMIN = caller(Scope.ADMIN)
STRANGERS = [caller(Scope.ADMIN, tenant_id=ACME), caller(*set(Scope) - {Scope.ADMIN})]


class World:
    def __init__(self) -> None:
        self.tenants, self.keys, self.notes = KeptTenants(), KeptKeys(), Notes()

    def found(self, asked_by: Caller = ADMIN, **changes: Any) -> Tenant:
        order = CreateTenant(**{"caller": asked_by, "tenant_id": "acme", "name": " Acme ", "limits": {}, **changes})
        return asyncio.run(CreateTenantHandler(self.tenants, Clock(), self.notes)(order))

    def limit(self, asked_by: Caller = ADMIN, **limits: int) -> Tenant:
        order = SetTenantLimits(caller=asked_by, tenant_id=ACME, limits=limits)
        return asyncio.run(SetTenantLimitsHandler(self.tenants, self.notes)(order))

    def issue(self, asked_by: Caller = ADMIN, *scopes: Scope) -> Any:
        order = CreateApiKey(caller=asked_by, name="k", scopes=frozenset(scopes or {Scope.READ}), expires_at=None)
        return asyncio.run(CreateApiKeyHandler(self.keys, Dice(), Clock(), self.notes)(order))

    def revoke(self, key_id: str, asked_by: Caller = ADMIN) -> ApiKey:
        order = RevokeApiKey(caller=asked_by, key_id=key_id)
        return asyncio.run(RevokeApiKeyHandler(self.keys, Clock(), self.notes)(order))

    def show(self, tenant_id: TenantId, asked_by: Caller = ADMIN) -> Tenant:
        return asyncio.run(ShowTenantHandler(self.tenants)(ShowTenant(caller=asked_by, tenant_id=tenant_id)))

    def page(self, asked_by: Caller = ADMIN) -> TenantPage:
        return asyncio.run(ListTenantsHandler(self.tenants)(ListTenants(caller=asked_by, limit=1, offset=1)))


@pytest.fixture
def world() -> World:
    return World()


def test_an_operator_founds_a_tenant_and_it_is_noted(world: World) -> None:
    founded = world.found(limits={"variants": 3})
    assert founded == Tenant(tenant_id=ACME, name="Acme", limits={"variants": 3}, created_at=NOW)
    assert (world.tenants.by_id["acme"], world.tenants.command_id) == (founded, UUID(int=7))
    assert world.notes.written == [("anna", "tenant.created", "acme", {"name": "Acme"})]


def test_a_tenant_that_breaks_a_rule_is_neither_kept_nor_noted(world: World) -> None:
    with pytest.raises(InvalidTenantError):
        world.found(tenant_id="-")
    assert (world.tenants.by_id, world.notes.written) == ({}, [])


def test_an_operator_sets_a_tenant_s_limits_and_it_is_noted(world: World) -> None:
    world.found()
    assert world.limit(audience=9).limits == {"audience": 9}
    assert world.notes.written[-1] == ("anna", "tenant.limits_set", "acme", {"limits": {"audience": 9}})


def test_a_limit_that_does_not_exist_is_not_set(world: World) -> None:
    world.found()
    with pytest.raises(InvalidTenantError):
        world.limit(colour=9)
    assert world.tenants.by_id["acme"].limits == {}


def test_a_page_of_tenants_comes_with_their_number(world: World) -> None:
    world.found()
    world.found(tenant_id="other")
    assert world.page() == TenantPage(tenants=[world.tenants.by_id["other"]], total=2)


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("attempt", [World.found, World.limit, World.page], ids=["found", "limit", "page"])
def test_nobody_but_an_admin_of_the_operator_administers_tenants(
    world: World, stranger: Caller, attempt: Callable[[World, Caller], object]
) -> None:
    with pytest.raises(NotAllowedError, match="Only admins of the tenant 'default' administer tenants"):
        attempt(world, stranger)
    assert world.notes.written == []


def test_everybody_may_look_at_their_own_tenant(world: World) -> None:
    founded = world.found()
    assert world.show(ACME, caller(tenant_id=ACME)) == founded


def test_a_foreign_tenant_is_shown_to_operators_alone(world: World) -> None:
    founded = world.found()
    assert world.show(ACME) == founded
    with pytest.raises(NotAllowedError):
        world.show(OPERATOR, caller(Scope.ADMIN, tenant_id=ACME))


def test_a_key_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    issued = world.issue()
    key_id, secret = read(issued.key) or ("", "")
    assert (key_id, world.keys.kept) == (UUID(int=7).hex, [issued.record])
    assert issued.record.secret_hash == hashed(secret)
    assert (issued.record.tenant_id, issued.record.created_at) == (OPERATOR, NOW)


def test_the_note_about_a_key_names_its_scopes_and_never_its_secret(world: World) -> None:
    issued = world.issue(ADMIN, Scope.WRITE, Scope.READ)
    scopes = {"scopes": ["campaigns:read", "campaigns:write"]}
    assert world.notes.written == [("anna", "api_key.created", issued.record.key_id, scopes)]


def test_a_key_cannot_do_more_than_whoever_issues_it(world: World) -> None:
    with pytest.raises(InvalidApiKeyError):
        world.issue(caller(Scope.READ), Scope.ADMIN)
    assert (world.keys.kept, world.notes.written) == ([], [])


def test_a_revoked_key_ends_now_and_it_is_noted(world: World) -> None:
    key_id = world.issue().record.key_id
    assert world.revoke(key_id).revoked_at == NOW
    assert world.notes.written[-1] == ("anna", "api_key.revoked", key_id, {})


def test_another_tenant_s_key_is_not_found(world: World) -> None:
    key_id = world.issue().record.key_id
    with pytest.raises(ApiKeyNotFoundError):
        world.revoke(key_id, caller(Scope.ADMIN, tenant_id=ACME))


def test_an_admin_sees_the_keys_of_their_own_tenant(world: World) -> None:
    issued = world.issue()
    listed = {
        tenant: asyncio.run(ListApiKeysHandler(world.keys)(ListApiKeys(caller=caller(tenant_id=tenant))))
        for tenant in (OPERATOR, ACME)
    }
    assert listed == {OPERATOR: [issued.record], ACME: []}
