"""The notification service and webhooks, over real sockets."""

import asyncio
import datetime as dt
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Verdict
from campaigns.infrastructure.delivery.senders.notification_service import NotificationServiceSender
from campaigns.infrastructure.delivery.senders.webhook import WebhookSender, signature, webhook_key
from campaigns.infrastructure.http.client import outgoing_http
from campaigns.infrastructure.http.outgoing_address import STRICT, TRUSTED

Answer = Callable[[dict[str, Any]], web.StreamResponse | None]


class Clock:
    def now(self) -> dt.datetime:
        return dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


class Service:
    def __init__(self) -> None:
        self.requests: list[tuple[web.Request, bytes]] = []
        self.url = ""


@asynccontextmanager
async def service(answer: Callable[[int], web.StreamResponse | None]) -> AsyncIterator[Service]:
    found = Service()

    async def handle(request: web.Request) -> web.StreamResponse:
        found.requests.append((request, await request.read()))
        response = answer(len(found.requests))
        if response is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield found
    finally:
        await runner.cleanup()


def note(seq: int, channel: str = "sms", **content: str) -> OutgoingMessage:
    document = {
        "message_id": f"1-{seq}", "tenant_id": "t", "campaign_id": "c", "channel": channel, "user_id": f"u{seq}",
        "recipient": f"+4912{seq}", "content": content or {"body": "hello"}, "unsubscribe_url": "https://t.example/u",
    }  # fmt: skip
    return OutgoingMessage(seq, f"1-{seq}", f"u{seq}", f"+4912{seq}", -1, json.dumps(document).encode())


def accepted(_: int) -> web.Response:
    return web.json_response({"notification": {"notification_id": f"n{_}"}}, status=201)


def test_a_note_reaches_the_notification_service_as_it_expects_it() -> None:
    async def run() -> None:
        async with service(accepted) as found, outgoing_http(TRUSTED) as http:
            handover = await NotificationServiceSender(http, found.url + "/").deliver([note(5)])
            assert handover == Handover(1, provider_ids={5: "n1"})
            request, body = found.requests[0]
            assert (request.method, request.path) == ("POST", "/api/v1/notifications/send")
            assert request.headers["idempotency-key"] == "1-5"
            document = json.loads(body)
            assert (document["type"], document["recipient_phone"], document["content"]) == ("sms", "+49125", "hello")
            assert document["metadata"]["campaign_id"] == "c"
            assert document["metadata"]["message_id"] == "1-5"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(400, Verdict.PERMANENT), (404, Verdict.PERMANENT), (302, Verdict.PERMANENT), (429, Verdict.TRANSIENT), (503, Verdict.TRANSIENT), (None, Verdict.UNKNOWN)],
)  # fmt: skip
def test_each_answer_is_the_fate_of_its_own_message(status: int | None, verdict: Verdict) -> None:
    async def run() -> None:
        def answer(nth: int) -> web.StreamResponse | None:
            if nth != 2:
                return accepted(nth)
            return None if status is None else web.Response(status=status, headers={"location": "http://x.example"})

        async with service(answer) as found, outgoing_http(TRUSTED) as http:
            handover = await NotificationServiceSender(http, found.url).deliver([note(n) for n in range(4)])
            assert [trouble.verdict for trouble in handover.troubles.values()] == [verdict]
            assert handover.accepted == 3

    asyncio.run(run())


def test_a_service_that_nobody_reaches_is_away() -> None:
    async def run() -> None:
        async with service(accepted) as found:
            url = found.url
        async with outgoing_http(TRUSTED) as http:
            with pytest.raises(ProviderAwayError):
                await NotificationServiceSender(http, url).deliver([note(1), note(2)])

    asyncio.run(run())


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_the_published_example() -> None:
    found = signature(webhook_key(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_named_and_keeps_its_own_headers() -> None:
    async def run() -> None:
        async with service(lambda _: web.Response()) as found, outgoing_http(TRUSTED) as http:
            headers = {"x-method": "PUT", "x-api-key": "k", "Webhook-Id": "forged", "Host": "evil.example"}
            message = OutgoingMessage(1, "3-1", "u", f"{found.url}/hook", -1, b'{"a":1}', headers=headers)
            assert await WebhookSender(http, Clock(), SECRET).deliver([message]) == Handover(1)
            request, body = found.requests[0]
            moment = str(int(Clock().now().timestamp()))
            assert (request.method, body, request.headers["x-api-key"]) == ("PUT", b'{"a":1}', "k")
            assert (request.headers["webhook-id"], request.headers["webhook-timestamp"]) == ("3-1", moment)
            assert request.headers["webhook-signature"] == signature(b64decode(SECRET[6:]), "3-1", moment, body)
            assert "evil" not in request.headers["host"]
            assert "x-method" not in request.headers

    asyncio.run(run())


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://localhost/", "ftp://x.example/", "https://10.0.0.1/"])  # fmt: skip
def test_a_webhook_never_calls_inside(url: str) -> None:
    async def run() -> None:
        async with outgoing_http(STRICT) as http:
            message = OutgoingMessage(1, "3-1", "u", url, -1, b"{}", headers={})
            handover = await WebhookSender(http, Clock(), None).deliver([message])
            assert handover.troubles[1].verdict is Verdict.PERMANENT

    asyncio.run(run())


def test_a_service_that_says_when_to_come_back_is_busy_until_then() -> None:
    async def run() -> None:
        def busy(_: int) -> web.Response:
            return web.Response(status=429, headers={"retry-after": "17"})

        async with service(busy) as found, outgoing_http(TRUSTED) as http:
            handover = await NotificationServiceSender(http, found.url).deliver([note(5)])
            assert handover.troubles[5].verdict is Verdict.BUSY
            assert handover.troubles[5].wait == 17

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "verdict"), [(401, Verdict.BUSY), (422, Verdict.PERMANENT), (503, Verdict.TRANSIENT)]
)
def test_a_status_of_the_notification_service_means(status: int, verdict: Verdict) -> None:
    async def run() -> None:
        async with service(lambda _: web.Response(status=status)) as found, outgoing_http(TRUSTED) as http:
            handover = await NotificationServiceSender(http, found.url).deliver([note(5)])
            assert handover.troubles[5].verdict is verdict

    asyncio.run(run())


def test_the_notification_service_is_asked_by_the_key_of_each_message() -> None:
    async def run() -> None:
        statuses = {"/api/v1/notifications/1-1": 200, "/api/v1/notifications/1-2": 404}

        async def told(request: web.Request) -> web.StreamResponse:
            return web.Response(status=statuses.get(request.path, 500))

        app = web.Application()
        app.router.add_get("/{path:.*}", told)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            async with outgoing_http(TRUSTED) as http:
                sender = NotificationServiceSender(http, f"http://127.0.0.1:{runner.addresses[0][1]}")
                known = await sender.look_up(["1-1", "1-2", "1-3"], dt.datetime.now(dt.UTC))
                assert known == {"1-1": True, "1-2": False}
        finally:
            await runner.cleanup()

    asyncio.run(run())
