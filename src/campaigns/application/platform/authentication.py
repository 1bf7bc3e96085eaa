"""Telling who sends a request: by API key, or, on a developer's own machine, by being there."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from campaigns.application.platform.ports import ApiKeys, Authenticator, Credentials, Principal
from campaigns.application.shared.context import Scope
from campaigns.application.shared.ports import Clock
from campaigns.domain.platform.api_keys import read
from campaigns.domain.platform.tenants import OPERATOR

_SCOPES = {scope.value: scope for scope in Scope}
LOCAL = Principal(tenant_id=OPERATOR, name="local", scopes=frozenset(Scope))


class ApiKeyAuthenticator:
    """`Authorization: Bearer ck_…` or `X-API-Key: ck_…`; both at once must agree."""

    def __init__(self, api_keys: ApiKeys, clock: Clock) -> None:
        self._api_keys = api_keys
        self._clock = clock

    async def authenticate(self, credentials: Credentials) -> Principal | None:
        shown = _shown_key(credentials)
        parts = read(shown) if shown is not None else None
        if parts is None:
            return None
        key_id, secret = parts
        key = await self._api_keys.find(key_id)
        if key is None or not key.opens_with(secret, self._clock.now()):
            return None
        scopes = frozenset(_SCOPES[name] for name in key.scopes if name in _SCOPES)
        return Principal(tenant_id=key.tenant_id, name=f"key:{key.key_id}", scopes=scopes)


class LocalAuthenticator:
    """Whoever shows no credentials and comes from this machine is its owner. Only for a service bound to loopback.

    The Host header must name loopback as well, and a browser must not send on behalf of another site: else any page
    the owner visits could reach the service through the owner's browser.
    """

    def __init__(self, otherwise: Authenticator) -> None:
        self._otherwise = otherwise

    async def authenticate(self, credentials: Credentials) -> Principal | None:
        if credentials.authorization is not None or credentials.api_key is not None:
            return await self._otherwise.authenticate(credentials)
        return LOCAL if _is_at_home(credentials) else None


def _shown_key(credentials: Credentials) -> str | None:
    scheme, _, token = (credentials.authorization or "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    if credentials.authorization is not None and credentials.api_key is not None:
        return bearer if bearer == credentials.api_key else None
    return bearer or credentials.api_key


def _is_at_home(credentials: Credentials) -> bool:
    if not _is_loopback(credentials.peer) or not _is_loopback(urlsplit(f"//{credentials.host}").hostname):
        return False
    return credentials.origin is None or urlsplit(credentials.origin).netloc == credentials.host


def _is_loopback(name: str | None) -> bool:
    if name is None or name == "localhost":
        return name is not None
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
