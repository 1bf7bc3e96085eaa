"""The Rules Engine that is configured: a service with an address, else the rules file below the home directory."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from campaigns.application.audience.ports import Rule, RulesEngine, Subject
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.ids import RuleId, TenantId, UserId
from campaigns.infrastructure.audience.rules_file import FileRules
from campaigns.infrastructure.audience.rules_http import HttpRules
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import TRUSTED


class ConfiguredRules:
    """A RulesEngine; open it with `async with` before asking."""

    def __init__(self, url: str | None, file: Path, clock: Clock) -> None:
        self._url = url
        self._engine: RulesEngine = FileRules(file, clock)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._url is not None:
            self._engine = HttpRules(await self._opened.enter_async_context(outgoing_http(TRUSTED)), self._url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        return await self._engine.rules(tenant_id, rule_ids)

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        return await self._engine.matching(tenant_id, rule_ids, subjects)
