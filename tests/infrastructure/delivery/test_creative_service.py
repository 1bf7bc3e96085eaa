"""Templates of a creative service over a real socket: what is wrong with an answer is never taken for content."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from tests.infrastructure.http.web import serving
from tests.support.waiting import PATIENCE

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.delivery.template import TemplateNotFoundError
from campaigns.domain.shared.channels import Content
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.delivery.creative_service import CreativeService, JoinedTemplates

TENANT = TenantId("acme")
OURS = Content(subject="Ours")


class OwnTemplates:
    """One template of ours."""

    async def content(self, tenant_id: TenantId, template_id: str) -> Content:
        if template_id == "ours":
            return OURS
        raise TemplateNotFoundError(f"There is no template {template_id}")


class Saying:
    """A service that gives one answer, and keeps what it was asked."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body, self.status = body, status
        self.asked: list[tuple[str, str, str]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path, request.headers["X-Tenant-ID"]))
        return web.json_response(self.body, status=self.status)


def told(
    saying: Saying, ask: Callable[[JoinedTemplates], Awaitable[Any]], *, seconds: int = 300, url: str | None = ""
) -> Any:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await saying(request)

    async def run() -> Any:
        async with (
            serving(answer) as address,
            CreativeService(address if url == "" else url, timeout=PATIENCE) as service,
        ):
            return await ask(JoinedTemplates(OwnTemplates(), service, InProcessMemory(), seconds=seconds))

    return asyncio.run(run())


async def theirs(templates: JoinedTemplates) -> list[Content]:
    return [await templates.content(TENANT, "spring/1"), await templates.content(TENANT, "spring/1")]


def test_a_template_we_do_not_know_is_asked_of_the_service_and_remembered() -> None:
    saying = Saying({"id": "spring/1", "content": {"subject": "Hi {{ name }}", "body_html": "<p>", "theme": "dark"}})
    assert told(saying, theirs) == [Content(subject="Hi {{ name }}", body_html="<p>")] * 2
    assert saying.asked == [("GET", "/api/v1/templates/spring%2F1", TENANT)]


def test_without_a_time_to_live_it_is_asked_each_time() -> None:
    saying = Saying({"content": {"subject": "Hi"}})
    told(saying, theirs, seconds=0)
    assert len(saying.asked) == 2


def test_our_own_template_comes_first() -> None:
    saying = Saying({"content": {"subject": "Theirs"}})
    assert told(saying, lambda templates: templates.content(TENANT, "ours")) == OURS
    assert saying.asked == []


@pytest.mark.parametrize("template_id", ["theirs", "..", "."])
def test_a_template_that_nobody_knows_is_not_found(template_id: str) -> None:
    with pytest.raises(TemplateNotFoundError):
        told(Saying({}, status=404), lambda templates: templates.content(TENANT, template_id))


def test_without_an_address_our_own_templates_are_all_there_are() -> None:
    with pytest.raises(TemplateNotFoundError):
        told(Saying({}), theirs, url=None)


@pytest.mark.parametrize(
    "saying",
    [
        Saying({}),
        Saying([]),
        Saying({"content": "Hi"}),
        Saying({"content": {"subject": 5}}),
        Saying({"content": {"subject": "Hi"}}, status=500),
        Saying({"content": {"subject": "Hi"}}, status=302),
    ],
)
def test_a_doubtful_template_is_an_answer_that_never_came(saying: Saying) -> None:
    with pytest.raises(DependencyDownError) as down:
        told(saying, theirs)
    assert down.value.name == "creative service"
