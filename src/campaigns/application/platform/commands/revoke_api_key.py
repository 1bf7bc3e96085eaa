"""An admin ends a key, at once and for good."""

from campaigns.application.platform.ports import ApiKeys, AuditLog
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.platform.api_keys import ApiKey


class RevokeApiKey(Command, frozen=True, kw_only=True):
    key_id: str


class RevokeApiKeyHandler:
    def __init__(self, api_keys: ApiKeys, clock: Clock, audit_log: AuditLog) -> None:
        self._api_keys = api_keys
        self._clock = clock
        self._audit_log = audit_log

    async def __call__(self, command: RevokeApiKey) -> ApiKey:
        revoked = await self._api_keys.revoke(command.caller.tenant_id, command.key_id, self._clock.now())
        self._audit_log.record(command.caller, "api_key.revoked", revoked.key_id)
        return revoked
