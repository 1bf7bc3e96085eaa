"""API keys: `ck_<key id>_<secret>`. The secret is 256 random bits; only its hash is kept."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec import Struct

from campaigns.domain.platform.errors import InvalidApiKeyError
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.names import name_breaches

SECRET_BYTES = 32
_KEY = re.compile(r"ck_(?P<key_id>[0-9a-f]{32})_(?P<secret>[A-Za-z0-9_-]{43})")


class ApiKey(Struct, frozen=True, kw_only=True):
    """What is known of a key; the secret itself is known to its holder alone. Scopes are names of `Scope`s."""

    tenant_id: TenantId
    key_id: str
    name: str
    secret_hash: bytes
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def opens_with(self, secret: str, at: datetime) -> bool:
        """Whether this secret is the key's and the key is still good. Takes the same time for any wrong secret."""
        matches = hmac.compare_digest(self.secret_hash, hashed(secret))
        return matches and self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def issue(
    *,
    tenant_id: TenantId,
    key_id: str,
    name: str,
    secret: str,
    scopes: Collection[str],
    granted_by: Collection[str],
    expires_at: datetime | None,
    at: datetime,
) -> ApiKey:
    """A new key, or InvalidApiKeyError naming every broken rule. Nobody grants what they do not hold."""
    broken = [*name_breaches(name.strip()), *_about_scopes(scopes, granted_by)]
    if expires_at is not None and expires_at <= at:
        broken.append(Violation("/expires_at", "must be in the future"))
    if broken:
        raise InvalidApiKeyError("The API key cannot be created", tuple(broken))
    return ApiKey(
        tenant_id=tenant_id,
        key_id=key_id,
        name=name.strip(),
        secret_hash=hashed(secret),
        scopes=frozenset(scopes),
        created_at=at,
        expires_at=expires_at,
    )


def _about_scopes(scopes: Collection[str], granted_by: Collection[str]) -> Iterator[Violation]:
    if not scopes:
        yield Violation("/scopes", "must name at least one scope")
    if "admin" not in granted_by and (missing := sorted(set(scopes) - set(granted_by))):
        yield Violation("/scopes", f"cannot be granted by somebody without {', '.join(missing)}")


def secret_of(random_bytes: bytes) -> str:
    """32 random bytes as the text that stands in a key."""
    return urlsafe_b64encode(random_bytes).rstrip(b"=").decode()


def written(key_id: str, secret: str) -> str:
    """The key as its holder sends it."""
    return f"ck_{key_id}_{secret}"


def read(key: str) -> tuple[str, str] | None:
    """Key id and secret; None when this is no key of ours."""
    found = _KEY.fullmatch(key)
    return None if found is None else (found["key_id"], found["secret"])


def hashed(secret: str) -> bytes:
    """A plain sha256: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
