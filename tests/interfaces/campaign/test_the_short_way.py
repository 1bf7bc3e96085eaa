"""Commands without a body take a short way to their route: nobody may notice which way a request took."""

import inspect
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.interfaces.campaign.bodies import ready
from tests.support.rest_shell import Shell
from tests.support.running_service import Tenant

from campaigns.interfaces.rest.app import create_app
from campaigns.interfaces.rest.campaign.answering import ADDRESSED_ONLY

CAMPAIGNS = "/api/v1/campaigns"
UNREACHABLE = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
PASSING = {"x-correlation-id", "date", "ratelimit", "content-length"}

LONG_WAYS: dict[str, Callable[[], dict[str, Any]]] = {
    "a body": lambda: {"json": {}},
    "an idempotency key": lambda: {"headers": {"Idempotency-Key": str(uuid.uuid4())}},
}


def told(answer: httpx.Response) -> tuple[int, dict[str, str], dict[str, object]]:
    """What an answer says, without what is of this one request."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    hidden = {"correlation_id", "instance", "id", "created_at", "updated_at", "name"}
    return answer.status_code, headers, {name: value for name, value in answer.json().items() if name not in hidden}


@pytest.fixture
def asked(tenant: Tenant) -> Callable[..., list[httpx.Response]]:
    """The answers to the same command, of campaigns that are alike, by the short way and by the given long one."""

    def ask(command: str, long_way: str, *, known: bool = True, **headers: str) -> list[httpx.Response]:
        ids = [tenant.client.post(CAMPAIGNS, json=ready("always_on")).json()["id"] if known else uuid.uuid4()
               for _ in range(2)]  # fmt: skip
        ways: list[dict[str, Any]] = [{}, LONG_WAYS[long_way]()]
        return [
            tenant.client.post(f"{CAMPAIGNS}/{one}/{command}", **way | {"headers": headers | way.get("headers", {})})
            for one, way in zip(ids, ways, strict=True)
        ]

    return ask


@pytest.mark.parametrize("long_way", LONG_WAYS)
@pytest.mark.parametrize(
    ("command", "given", "status"),
    [
        ("activate", {}, 200),
        ("activate", {"If-Match": '"1"'}, 200),
        ("activate", {"If-Match": '"7"'}, 412),
        ("activate", {"If-Match": "seven"}, 400),
        ("pause", {}, 409),
    ],
)
def test_both_ways_lead_to_the_same_answer(
    asked: Callable[..., list[httpx.Response]], command: str, given: dict[str, str], status: int, long_way: str
) -> None:
    short, long = asked(command, long_way, **given)
    assert told(short) == told(long)
    assert short.status_code == status


def test_a_campaign_that_is_not_there_is_missing_on_both_ways(asked: Callable[..., list[httpx.Response]]) -> None:
    short, long = asked("activate", "a body", known=False)
    assert told(short)[:2] == told(long)[:2]
    assert (short.status_code, short.json()["code"]) == (404, long.json()["code"])


def test_a_route_by_the_short_way_needs_its_campaign_and_nothing_else() -> None:
    """What else it takes has a default, and stays at it."""
    (mark,) = ADDRESSED_ONLY
    marked = [
        handler
        for route in create_app(Shell(UNREACHABLE)).routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and mark in handler.opt
    ]
    needed = [
        {name for name, given in inspect.signature(handler.fn).parameters.items() if given.default is given.empty}
        for handler in marked
    ]
    assert len(needed) > 5
    assert all(names == {"campaign"} for names in needed)
