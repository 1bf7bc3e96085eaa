"""Segments and profiles of another service over a real socket: whatever is wrong, nobody is guessed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from tests.infrastructure.audience.datasets import GivenSegments
from tests.infrastructure.http.web import serving
from tests.support.waiting import PATIENCE

from campaigns.application.audience.ports import SegmentContent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId
from campaigns.infrastructure.audience.data_service.profiles import CompletedProfiles
from campaigns.infrastructure.audience.data_service.segments import JoinedSegments
from campaigns.infrastructure.audience.data_service.service import DataService

TENANT = TenantId("acme")
OWN, THEIRS = (SegmentId(UUID(int=number)) for number in (1, 2))
KNOWN = SegmentContent(segment_id=OWN, name="ours", user_ids=(UserId("a"),))
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GivenProfiles:
    async def fetch(
        self, tenant_id: TenantId, user_ids: Sequence[UserId], columns: Sequence[str] | None = None
    ) -> Sequence[Mapping[str, Any]]:
        return [{"user_id": one} | ({"country": "DE"} if one == "a" else {}) for one in user_ids]


class Saying:
    """A service that gives one answer, and keeps what it was asked."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body, self.status = body, status
        self.asked: list[tuple[str, str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.path, request.headers["X-Tenant-ID"], body))
        return web.json_response(self.body, status=self.status)


def asked(answering: Answering, ask: Callable[[DataService], Awaitable[Any]], timeout: float = PATIENCE) -> Any:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await answering(request)

    async def run() -> Any:
        async with serving(answer) as url, DataService(url, timeout=timeout) as service:
            return await ask(service)

    return asyncio.run(run())


async def segments(service: DataService) -> Any:
    return await JoinedSegments(GivenSegments(KNOWN), service).contents(TENANT, [OWN, THEIRS])


async def profiles(service: DataService) -> Any:
    return await CompletedProfiles(GivenProfiles(), service).fetch(TENANT, [UserId("a"), UserId("b")])


def test_segments_we_do_not_know_are_asked_of_the_service() -> None:
    saying = Saying({"user_ids": ["u1", "u2", "u1"], "more": 1})
    found = asked(saying, segments)
    assert found[OWN] == KNOWN
    assert found[THEIRS].user_ids == ("u1", "u2")
    assert saying.asked == [(f"/api/v1/segments/{THEIRS}/resolve", TENANT, None)]


def test_a_segment_that_nobody_knows_is_left_out() -> None:
    assert asked(Saying({}, status=404), segments) == {OWN: KNOWN}


def test_without_an_address_our_own_segments_are_all_there_are() -> None:
    assert asyncio.run(segments(DataService(None))) == {OWN: KNOWN}


def test_the_service_fills_in_what_we_do_not_know_of_people() -> None:
    theirs = [{"user_id": "a", "country": "FR", "city": "Lyon"}, {"user_id": "b", "country": "FR", "city": None}]
    saying = Saying({"profiles": theirs})
    assert asked(saying, profiles) == [
        {"user_id": "a", "country": "DE", "city": "Lyon"},
        {"user_id": "b", "country": "FR"},
    ]
    assert saying.asked == [("/api/v1/users/profiles/batch", TENANT, {"user_ids": ["a", "b"]})]


async def sleepy(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(PATIENCE)
    return web.json_response({"user_ids": [], "profiles": []})


@pytest.mark.parametrize(
    "answering",
    [
        Saying({"user_ids": "u1"}),
        Saying({}),
        Saying([]),
        Saying({"user_ids": [""]}),
        Saying({"user_ids": ["a\0b"]}),
        Saying({"user_ids": ["u" * 256]}),
        Saying({"user_ids": ["u"]}, status=500),
        Saying({"user_ids": ["u"]}, status=302),
    ],
)
def test_a_doubtful_segment_is_an_answer_that_never_came(answering: Answering) -> None:
    with pytest.raises(DependencyDownError) as down:
        asked(answering, segments)
    assert down.value.name == "data service"


def test_a_segment_that_takes_long_is_an_answer_that_never_came() -> None:
    with pytest.raises(DependencyDownError) as down:
        asked(sleepy, segments, timeout=0.3)
    assert down.value.name == "data service"


@pytest.mark.parametrize(
    "answering",
    [Saying({"profiles": [{"user_id": "z"}]}), Saying({"profiles": [{}]}), Saying({}), Saying({}, status=503)],
)
def test_doubtful_profiles_are_an_answer_that_never_came(answering: Answering) -> None:
    with pytest.raises(DependencyDownError) as down:
        asked(answering, profiles)
    assert down.value.name == "data service"
