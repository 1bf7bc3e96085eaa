"""The Rules Engine over HTTP. Every doubt about its answer is an answer that never came."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from campaigns.application.audience.ports import Rule, Subject
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import RuleId, TenantId, UserId
from campaigns.infrastructure.audience.rules_file import NAME, WrittenRule, as_rule
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request
from campaigns.infrastructure.http.errors import OutgoingError

_LARGEST = 16_777_216
_FOUND, _NOT_FOUND = 200, 404
T = TypeVar("T")


class _Result(Struct, frozen=True):
    user_id: UserId
    matched: tuple[RuleId, ...]


class _Evaluated(Struct, frozen=True):
    results: tuple[_Result, ...]


class HttpRules:
    """Speaks to `<url>/api/v1/rules/…`. Both requests may be repeated: they change nothing."""

    def __init__(self, http: OutgoingHttp, url: str, *, timeout: float = 5.0) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._timeout = timeout

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        found = await asyncio.gather(*(self._rule(tenant_id, rule_id) for rule_id in dict.fromkeys(rule_ids)))
        return {rule.id: rule for rule in found if rule is not None}

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        asked = {"rule_ids": list(rule_ids), "subjects": subjects}
        answer = await self._ask("POST", "evaluate", tenant_id, msgspec.json.encode(asked))
        if answer.status != _FOUND:
            raise _doubt(f"evaluation answered {answer.status}")
        results = _decoded(answer, _Evaluated).results
        matched = {result.user_id: frozenset(result.matched) for result in results}
        if len(matched) != len(results) or matched.keys() != {subject.user_id for subject in subjects}:
            raise _doubt("the evaluation speaks of other people than it was asked about")
        if any(held - set(rule_ids) for held in matched.values()):
            raise _doubt("the evaluation names rules it was not asked about")
        return matched

    async def _rule(self, tenant_id: TenantId, rule_id: RuleId) -> Rule | None:
        answer = await self._ask("GET", str(rule_id), tenant_id)
        if answer.status == _NOT_FOUND:
            return None
        if answer.status != _FOUND:
            raise _doubt(f"rule {rule_id} answered {answer.status}")
        written = _decoded(answer, WrittenRule)
        if written.id != rule_id:
            raise _doubt(f"asked for rule {rule_id}, it sent {written.id}")
        return as_rule(written)

    async def _ask(self, method: str, path: str, tenant_id: TenantId, body: bytes = b"") -> Answer:
        request = Request(
            method=method,
            url=f"{self._url}/api/v1/rules/{path}",
            body=body,
            headers={"Content-Type": "application/json", "X-Tenant-ID": tenant_id},
            timeout=self._timeout,
            largest=_LARGEST,
        )
        try:
            return await self._http.ask(request)
        except OutgoingError as error:
            raise DependencyDownError(NAME, error.detail, retry_after=max(1, round(error.retry_after or 5))) from error


def _decoded(answer: Answer, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.MsgspecError as error:
        raise _doubt(f"its answer has another shape: {error}") from error


def _doubt(detail: str) -> DependencyDownError:
    return DependencyDownError(NAME, detail)
