"""Everything the platform context can do."""

from campaigns.application.platform.commands.create_api_key import CreateApiKey, CreateApiKeyHandler
from campaigns.application.platform.commands.create_tenant import CreateTenant, CreateTenantHandler
from campaigns.application.platform.commands.revoke_api_key import RevokeApiKey, RevokeApiKeyHandler
from campaigns.application.platform.commands.set_tenant_limits import SetTenantLimits, SetTenantLimitsHandler
from campaigns.application.platform.queries.list_api_keys import ListApiKeys, ListApiKeysHandler
from campaigns.application.platform.queries.list_tenants import ListTenants, ListTenantsHandler
from campaigns.application.platform.queries.show_tenant import ShowTenant, ShowTenantHandler

COMMANDS = {
    CreateTenant: CreateTenantHandler,
    SetTenantLimits: SetTenantLimitsHandler,
    CreateApiKey: CreateApiKeyHandler,
    RevokeApiKey: RevokeApiKeyHandler,
}
QUERIES = {
    ListTenants: ListTenantsHandler,
    ShowTenant: ShowTenantHandler,
    ListApiKeys: ListApiKeysHandler,
}
