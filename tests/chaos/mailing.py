"""A campaign that sends mail to made-up people, told over REST, and what their mail clients do with it."""

import asyncio
import io
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec
from tests.chaos.asking import Asking

from campaigns.infrastructure.embedded.smtp_sink import Mail, SmtpSink

_PATIENCE = 60.0
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_KINDS = "ocu"
_ANSWERS = {"o": {200}, "c": {302}, "u": {200, 202}}
_TEXT = "Have a look: https://shop.example/winter"
MAIL = {
    "channel_type": "email",
    "content": {
        "subject": "Winter",
        "body_html": '<html><body><a href="https://shop.example/winter">Have a look</a></body></html>',
        "body_text": _TEXT,
        "sender_name": "Acme",
        "sender_email": "news@acme.example",
    },
}


class NotInTimeError(AssertionError):
    """It did not come to hold."""


async def imported(client: Asking, count: int) -> None:
    """People u0 … with an address each, as the tenant's new data set."""
    path = await uploaded(client, "people", count)
    seen = await until(lambda: client.get(path), lambda seen: seen["status"] in {"completed", "failed"})
    assert seen["status"] == "completed", seen


async def uploaded(client: Asking, dataset: str, count: int) -> str:
    """The path of an import that has begun."""
    lines = ["user_id,email", *(f"u{number},u{number}@people.example" for number in range(count))]
    form = aiohttp.FormData({"dataset": dataset})
    form.add_field("file", io.BytesIO("\n".join(lines).encode()), filename="people.csv")
    async with client._session.post(f"{client.address}/api/v1/audience/imports", data=form) as answer:
        answer.raise_for_status()
        return f"/audience/imports/{(await answer.json())['id']}"


async def launched(client: Asking, name: str, a_minute: int | None = None) -> str:
    """A campaign to all of them, sent at that pace; its path."""
    everybody = {"criteria": {"not": {"field": "user_id", "operator": "equals", "value": "nobody"}}}
    body: dict[str, Any] = {
        "name": name, "mode": "one_time", "audience": {"include": [everybody]}, "channels": [MAIL],
    }  # fmt: skip
    if a_minute:
        body["throttle"] = {"per_minute": a_minute}
    made = await client.command(f"{name}-create", "/campaigns", body)
    assert made.status == 201, made.body
    path = f"/campaigns/{msgspec.json.decode(made.body)['id']}"
    started = await client.command(f"{name}-start", f"{path}/start")
    assert started.status == 200, started.body
    return path


async def execution(client: Asking, path: str) -> dict[str, Any]:
    """The campaign's newest."""
    page = await until(lambda: client.get(f"{path}/executions"), lambda page: bool(page["executions"]))
    return dict(page["executions"][0])


async def sent(client: Asking, path: str, patience: float = _PATIENCE) -> dict[str, Any]:
    """The execution, once it has ended."""
    return await until(lambda: execution(client, path), lambda seen: seen["status"] == "completed", patience)


async def until(ask: Any, holds: Any, patience: float = _PATIENCE) -> Any:
    end = time.monotonic() + patience
    while True:
        seen = await ask()
        if holds(seen):
            return seen
        if time.monotonic() > end:
            raise NotInTimeError(f"still {seen} after {patience:.0f} s")
        await asyncio.sleep(0.1)


class Visitors:
    """People who follow a link of each mail that has come: one opens, the next clicks, the next unsubscribes."""

    def __init__(self, sink: SmtpSink, address: str, session: aiohttp.ClientSession) -> None:
        self.over = False
        self.answered: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.unseen: Counter[str] = Counter()
        self._sink, self._address, self._session, self._next = sink, address, session, 0

    async def visit(self, pause: float) -> None:
        """One visit at a time, until told to end."""
        while not self.over:
            if self._next < len(self._sink.mails):
                mail, kind = self._sink.mails[self._next], _KINDS[self._next % 3]
                self._next += 1
                await self._follow(mail, kind)
            await asyncio.sleep(pause)

    async def _follow(self, mail: Mail, kind: str) -> None:
        link = self._address + "/t/" + mail.links[kind][0].partition("/t/")[2]
        form = ONE_CLICK if kind == "u" else None
        ask = self._session.post if form else self._session.get
        try:
            async with ask(link, data=form, allow_redirects=False) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            self.unseen[kind] += 1
            return
        if answer.status in _ANSWERS[kind]:
            self.answered[kind] += 1
        else:
            self.refused[f"{kind}{answer.status}"] += 1


def arrivals(sinks: Sequence[SmtpSink]) -> Counter[str]:
    return sum((sink.per_recipient for sink in sinks), Counter())
