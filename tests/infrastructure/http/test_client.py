import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from tests.infrastructure.http.web import serving
from tests.support.waiting import PATIENCE

from campaigns.infrastructure.http.client import Request, outgoing_http
from campaigns.infrastructure.http.errors import (
    AddressRefusedError,
    AnswerLostError,
    AnswerTooLargeError,
    BreakerOpenError,
    NotReachedError,
    UnwillingError,
)
from campaigns.infrastructure.http.outgoing_address import STRICT, TRUSTED, OutgoingPolicy


def get(url: str, **more: Any) -> Request:
    return Request(method="GET", url=url, **more)


def answering(*statuses: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> Callable[..., Any]:
    left = list(statuses)

    async def answer(request: web.Request) -> web.Response:
        status = left.pop(0) if len(left) > 1 else left[0]
        return web.Response(status=status, body=body, headers=headers)

    return answer


def test_an_answer_comes_back_with_its_status_whatever_it_is() -> None:
    async def check() -> None:
        async with serving(answering(404, body=b"nothing here")) as url, outgoing_http(TRUSTED) as http:
            answer = await http.send(get(url))
            assert (answer.status, answer.body) == (404, b"nothing here")

    asyncio.run(check())


def test_a_service_that_fails_twice_is_asked_three_times() -> None:
    async def check() -> None:
        async with serving(answering(503, 500, 200)) as url, outgoing_http(TRUSTED) as http:
            assert (await http.ask(get(url))).status == 200

    asyncio.run(check())


def test_a_service_that_keeps_failing_is_reported_with_its_status() -> None:
    async def check() -> None:
        async with serving(answering(503)) as url, outgoing_http(TRUSTED) as http:
            with pytest.raises(UnwillingError) as refused:
                await http.ask(get(url), attempts=2)
            assert refused.value.status == 503

    asyncio.run(check())


def test_after_five_failures_the_service_is_left_alone() -> None:
    async def check() -> None:
        async with serving(answering(500)) as url, outgoing_http(TRUSTED) as http:
            for _ in range(5):
                await http.send(get(url))
            with pytest.raises(BreakerOpenError):
                await http.send(get(url))

    asyncio.run(check())


def test_a_slow_answer_is_lost_not_unreached() -> None:
    async def slow(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(PATIENCE)
        return web.Response()

    async def check() -> None:
        async with serving(slow) as url, outgoing_http(TRUSTED) as http:
            with pytest.raises(AnswerLostError):
                await http.send(get(url, timeout=1.0))

    asyncio.run(check())


def test_a_closed_port_is_not_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def check() -> None:
        async with outgoing_http(TRUSTED) as http:
            with pytest.raises(NotReachedError):
                await http.send(get(f"http://127.0.0.1:{port}/"))

    asyncio.run(check())


def test_an_answer_beyond_the_cap_is_cut_off() -> None:
    async def check() -> None:
        async with serving(answering(200, body=b"x" * 5000)) as url, outgoing_http(TRUSTED) as http:
            with pytest.raises(AnswerTooLargeError):
                await http.send(get(url, largest=4999))

    asyncio.run(check())


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    async def check() -> None:
        redirect = answering(302, headers={"Location": "http://169.254.169.254/"})
        async with serving(redirect) as url, outgoing_http(TRUSTED) as http:
            assert (await http.send(get(url))).status == 302

    asyncio.run(check())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]"],
)
def test_no_spelling_of_loopback_is_reached_under_the_strict_policy(host: str) -> None:
    reached = []

    async def answer(request: web.Request) -> web.Response:
        reached.append(request)
        return web.Response()

    async def check() -> None:
        policy = OutgoingPolicy(https_only=False, any_port=True)
        async with serving(answer) as url, outgoing_http(policy) as http:
            port = url.rsplit(":", 1)[1]
            with pytest.raises(NotReachedError):
                await http.send(get(f"http://{host}:{port}/"))

    asyncio.run(check())
    assert reached == []


def test_a_refused_address_does_not_open_the_breaker() -> None:
    async def check() -> None:
        async with outgoing_http(STRICT) as http:
            for _ in range(7):
                with pytest.raises(AddressRefusedError):
                    await http.send(get("https://localhost/"))

    asyncio.run(check())
