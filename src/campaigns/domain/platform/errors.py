"""What the platform refuses."""

from campaigns.domain.shared.errors import InvalidError, NotFoundError, RefusedError


class InvalidTenantError(InvalidError):
    code = "platform.invalid_tenant"


class TenantTakenError(RefusedError):
    """The id names another tenant already."""

    code = "platform.tenant_taken"


class TenantNotFoundError(NotFoundError):
    code = "platform.tenant_not_found"


class InvalidApiKeyError(InvalidError):
    """What was asked for cannot become an API key."""

    code = "platform.invalid_api_key"


class ApiKeyNotFoundError(NotFoundError):
    code = "platform.api_key_not_found"
