"""An admin hands out a key; its secret is shown this once.

The key's id is the command's: a repeat of the same command makes no second key, it draws the secret anew.
"""

from datetime import datetime

from msgspec import Struct

from campaigns.application.platform.ports import ApiKeys, AuditLog, Randomness
from campaigns.application.shared.context import Scope
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.platform.api_keys import SECRET_BYTES, ApiKey, issue, secret_of, written


class CreateApiKey(Command, frozen=True, kw_only=True):
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None


class IssuedApiKey(Struct, frozen=True, kw_only=True):
    """`key` is the only copy of the secret there will ever be."""

    key: str
    record: ApiKey


class CreateApiKeyHandler:
    def __init__(self, api_keys: ApiKeys, randomness: Randomness, clock: Clock, audit_log: AuditLog) -> None:
        self._api_keys = api_keys
        self._randomness = randomness
        self._clock = clock
        self._audit_log = audit_log

    async def __call__(self, command: CreateApiKey) -> IssuedApiKey:
        secret = secret_of(self._randomness.bytes(SECRET_BYTES))
        record = issue(
            tenant_id=command.caller.tenant_id,
            key_id=command.caller.command_id.hex,
            name=command.name,
            secret=secret,
            scopes=command.scopes,
            granted_by=command.caller.scopes,
            expires_at=command.expires_at,
            at=self._clock.now(),
        )
        await self._api_keys.add(record)
        self._audit_log.record(command.caller, "api_key.created", record.key_id, scopes=sorted(map(str, record.scopes)))
        return IssuedApiKey(key=written(record.key_id, secret), record=record)
