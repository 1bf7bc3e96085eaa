"""The Rules Engine over a real socket: slow, failing, lying and dead. Whatever is wrong, nobody is let in by mistake."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from tests.infrastructure.http.web import serving
from tests.support.waiting import PATIENCE

from campaigns.application.audience.ports import RulesEngine, Subject
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.ids import RuleId, TenantId, UserId
from campaigns.infrastructure.audience.rules_access import ConfiguredRules
from campaigns.infrastructure.audience.rules_file import FileRules
from campaigns.infrastructure.audience.rules_http import HttpRules
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import TRUSTED

TENANT = TenantId("acme")
RULE, OTHER = RuleId(UUID(int=1)), RuleId(UUID(int=2))
GERMANS = {"field": "country", "operator": "equals", "value": "DE"}
SUBJECTS = [Subject(UserId("a"), {"country": "DE"}), Subject(UserId("b"), {})]
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Clock:
    def now(self) -> datetime:
        return datetime(2027, 1, 1, tzinfo=UTC)


def asked(answering: Answering, ask: Callable[[HttpRules], Awaitable[Any]], timeout: float = PATIENCE) -> Any:
    async def run() -> Any:
        async with serving(answering) as url, outgoing_http(TRUSTED) as http:
            return await ask(HttpRules(http, url, timeout=timeout))

    return asyncio.run(run())


def says(body: Any, status: int = 200) -> Answering:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    return answer


async def evaluate(rules: HttpRules) -> Any:
    return await rules.matching(TENANT, [RULE], SUBJECTS)


async def look_up(rules: HttpRules) -> Any:
    return await rules.rules(TENANT, [RULE])


def results(*matched: tuple[str, list[RuleId]]) -> Any:
    return {"results": [{"user_id": user, "matched": [str(one) for one in rules]} for user, rules in matched]}


def test_rules_are_looked_up_with_their_criteria() -> None:
    body = {"id": str(RULE), "name": "Germans", "kind": "targeting", "enabled": True, "version": 3, "criteria": GERMANS}
    found = asked(says(body), look_up)
    assert (found[RULE].name, found[RULE].version, found[RULE].criteria) == ("Germans", 3, parse(GERMANS))


def test_a_rule_that_is_not_there_is_left_out() -> None:
    assert asked(says({}, 404), look_up) == {}


def test_an_evaluation_asks_for_everybody_in_the_tenants_name() -> None:
    heard: dict[str, Any] = {}

    async def answer(request: web.Request) -> web.Response:
        heard.update(path=request.path, tenant=request.headers["X-Tenant-ID"], body=await request.json())
        return web.json_response(results(("a", [RULE]), ("b", [])))

    assert asked(answer, evaluate) == {"a": frozenset({RULE}), "b": frozenset()}
    assert heard["path"] == "/api/v1/rules/evaluate"
    assert heard["tenant"] == "acme"
    assert heard["body"] == {
        "rule_ids": [str(RULE)],
        "subjects": [{"user_id": "a", "attributes": {"country": "DE"}}, {"user_id": "b", "attributes": {}}],
    }


def test_two_failures_are_survived() -> None:
    left = [500, 503]

    async def answer(request: web.Request) -> web.Response:
        if left:
            return web.Response(status=left.pop())
        return web.json_response(results(("a", []), ("b", [RULE])))

    assert asked(answer, evaluate)["b"] == {RULE}


@pytest.mark.parametrize(
    "answer",
    [
        results(("a", [RULE])),
        results(("a", [RULE]), ("b", []), ("c", [RULE])),
        results(("a", [RULE]), ("a", []), ("b", [])),
        results(("a", [OTHER]), ("b", [])),
        {"results": [{"user_id": "a", "matched": "yes"}]},
        {"results": None},
        [],
        "yes",
    ],
)
def test_an_evaluation_that_cannot_be_right_is_an_engine_that_is_down(answer: Any) -> None:
    with pytest.raises(DependencyDownError) as down:
        asked(says(answer), evaluate)
    assert down.value.name == "rules engine"


@pytest.mark.parametrize(
    "rule",
    [
        {"id": str(OTHER), "enabled": True},
        {"id": str(RULE), "enabled": "yes"},
        {"id": str(RULE), "kind": "magic"},
        {"id": str(RULE), "criteria": {"field": "a", "operator": "resembles", "value": 1}},
        {},
    ],
)
def test_a_rule_that_cannot_be_right_is_an_engine_that_is_down(rule: Any) -> None:
    with pytest.raises(DependencyDownError):
        asked(says(rule), look_up)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 500, 503])
@pytest.mark.parametrize("ask", [evaluate, look_up])
def test_every_other_status_is_an_engine_that_is_down(status: int, ask: Any) -> None:
    with pytest.raises(DependencyDownError):
        asked(says({}, status), ask)


def test_an_engine_that_is_slow_is_down() -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(PATIENCE)
        return web.json_response(results(("a", [RULE]), ("b", [RULE])))

    with pytest.raises(DependencyDownError):
        asked(slow, evaluate, timeout=0.3)


def test_an_engine_that_hangs_up_is_down() -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(DependencyDownError):
        asked(hang_up, evaluate)


def test_an_engine_that_is_not_there_is_down() -> None:
    async def run() -> None:
        async with ConfiguredRules("http://127.0.0.1:9", Path("/nonexistent"), Clock()) as rules:
            await rules.rules(TENANT, [RULE])

    with pytest.raises(DependencyDownError):
        asyncio.run(run())


def from_file(tmp_path: Path, content: Any) -> RulesEngine:
    path = tmp_path / "rules.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return FileRules(path, Clock())


def test_a_rules_file_answers_by_its_criteria(tmp_path: Path) -> None:
    rules = from_file(
        tmp_path, [{"id": str(RULE), "criteria": GERMANS}, {"id": str(OTHER), "enabled": False, "criteria": GERMANS}]
    )
    matched = asyncio.run(rules.matching(TENANT, [RULE, OTHER], SUBJECTS))
    assert matched == {"a": frozenset({RULE}), "b": frozenset()}


def test_another_tenants_rule_is_not_there(tmp_path: Path) -> None:
    rules = from_file(tmp_path, [{"id": str(RULE), "tenants": ["other"]}])
    assert asyncio.run(rules.rules(TENANT, [RULE])) == {}
    with pytest.raises(DependencyDownError):
        asyncio.run(rules.matching(TENANT, [RULE], SUBJECTS))


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert asyncio.run(FileRules(tmp_path / "none.json", Clock()).rules(TENANT, [RULE])) == {}


@pytest.mark.parametrize("content", ["{", "{}", '[{"id": 1}]', [{"id": str(RULE), "criteria": {"all": []}}]])
def test_a_file_that_cannot_be_read_is_an_engine_that_is_down(tmp_path: Path, content: Any) -> None:
    with pytest.raises(DependencyDownError):
        asyncio.run(from_file(tmp_path, content).rules(TENANT, [RULE]))
