"""A service with people, workers that can be killed one by one, and sinks that write down what arrives."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from tests.chaos.asking import Asking, asking
from tests.chaos.mail_log import MailLog, mail_log
from tests.chaos.serving import Serving, scratch, serving
from tests.support.waiting import until_async

from campaigns.interfaces.cli.demo.service import Service

_PATIENCE = 600.0
_ALL_BUT_WORKERS = "api,tracking,scheduler,relay,projector,consumer"
_CONTENT = {
    "email": {"subject": "News for you", "body_text": "Hello {{ user_id }}", "sender_email": "news@acme.example"},
    "in_app": {"title": "News for you", "body": "Hello {{ user_id }}"},
}
ENDED = frozenset({"completed", "failed", "cancelled"})


class Workers:
    """Role processes that somebody kills; each has a place, and another takes it."""

    def __init__(self, home: Path, settings: dict[str, str], count: int) -> None:
        self._places = [Serving(home, settings, roles="worker") for _ in range(count)]

    async def start(self) -> None:
        await asyncio.gather(*(worker.start() for worker in self._places))
        await asyncio.gather(*(worker.until_ready() for worker in self._places))

    async def kill(self, place: int) -> float:
        """The worker at this place, and starts another; when it was killed, by the clock of the sinks."""
        worker = self._places[place % len(self._places)]
        await worker.kill()
        killed = time.time()
        await worker.start()
        return killed

    async def end(self) -> None:
        await asyncio.gather(*(worker.end() for worker in self._places))


class Scene:
    """`size` people with an address each, in a segment that has them all."""

    def __init__(self, service: Serving, client: Asking, mails: MailLog, workers: Workers) -> None:
        self.service, self.client, self.mails, self.workers = service, client, mails, workers
        self._segment = ""

    async def invite(self, folder: Path, size: int) -> None:
        file = folder / "people.csv"
        file.write_text("user_id,email\n" + "".join(f"u{n:07d},u{n:07d}@people.example\n" for n in range(size)))
        async with Service(self.service.url) as service:
            job = await service.upload("/audience/imports", file, {"dataset": "people"})
        await self.until(f"/audience/imports/{job['id']}", lambda seen: seen["status"] == "completed")
        criteria = {"field": "user_id", "operator": "exists"}
        self._segment = (await self._made("/segments", {"name": "Everybody", "criteria": criteria}))["id"]

    async def launch(self, name: str, channel: str, **more: Any) -> "Sending":
        """Activated, and its execution is there."""
        order = {
            "name": name,
            "type": "promotion",
            "mode": "one_time",
            "audience": {"include": [{"segment_id": self._segment}]},
            "channels": [{"channel_type": channel, "content": _CONTENT[channel]}],
            **more,
        }
        campaign = await self._made("/campaigns", order)
        path = f"/campaigns/{campaign['id']}"
        await self._made(f"{path}/activate", {})
        page = await self.until(f"{path}/executions", lambda seen: bool(seen["executions"]))
        return Sending(self, path, page["executions"][0]["execution_id"])

    async def until(self, path: str, reached: Callable[[Any], bool]) -> Any:
        return await until_async(lambda: self.client.get(path), reached, _PATIENCE)

    async def _made(self, path: str, body: Any) -> Any:
        answer = await self.client.command(f"{path}-{time.time_ns()}", path, body)
        assert answer.status < 300, answer
        return msgspec.json.decode(answer.body)


class Sending:
    """One execution, as REST shows it. Every look checks the identity."""

    def __init__(self, scene: Scene, path: str, execution_id: str) -> None:
        self.path, self.execution_id = path, execution_id
        self.looks, self.broken = 0, list[str]()
        self._scene = scene

    async def look(self) -> dict[str, Any]:
        seen = await self._scene.client.get(f"{self.path}/executions/{self.execution_id}")
        accounting = seen["accounting"]
        parts = sum(value for name, value in accounting.items() if name not in {"audience", "holds"})
        self.looks += 1
        if parts != accounting["audience"] or not accounting["holds"]:
            self.broken.append(f"the accounting does not add up: {accounting}")
        return dict(seen)

    async def until_sent(self, count: int) -> dict[str, Any]:
        """At least so many, or the end."""
        return await self._until(lambda seen: seen["accounting"]["sent"] >= count or seen["status"] in ENDED)

    async def until_ended(self) -> dict[str, Any]:
        return await self._until(lambda seen: seen["status"] in ENDED)

    async def ask(self, command: str) -> bool:
        """False when it is too late for that command."""
        answer = await self._scene.client.command(f"{self.path}-{command}-{time.time_ns()}", f"{self.path}/{command}")
        assert answer.status in {200, 409}, answer
        return answer.status == 200

    async def metrics(self) -> Any:
        return await self._scene.client.get(f"{self.path}/metrics?breakdown_by=execution")

    async def people(self, state: str) -> list[str]:
        """User ids."""
        return [recipient["user_id"] for recipient in await self.recipients(state)]

    async def recipients(self, state: str) -> list[dict[str, Any]]:
        """All pages."""
        found, cursor = list[dict[str, Any]](), ""
        while True:
            query = f"?execution_id={self.execution_id}&state={state}&limit=100{cursor}"
            page = await self._scene.client.get(f"{self.path}/recipients{query}")
            found += page["recipients"]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    async def _until(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        seen: dict[str, Any] = await until_async(self.look, reached, _PATIENCE)
        return seen


@asynccontextmanager
async def campaigning(
    size: int, *, workers: int = 2, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Scene]:
    """E-mail leaves over SMTP to a log, every other channel into the NATS pipeline."""
    with scratch() as folder:
        async with mail_log(folder / "mails") as mails:
            mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mails.port), "SMTP_TLS": "none", **(settings or {})}
            async with serving(folder / "home", mail, roles=_ALL_BUT_WORKERS) as service, asking(service.url) as client:
                servers = {"DATABASE_URL": service.postgres_url(), "NATS_URL": service.nats_url()}
                staff = Workers(service.home, mail | servers | {"PUBLIC_URL": service.url}, workers)
                try:
                    await staff.start()
                    scene = Scene(service, client, mails, staff)
                    await scene.invite(folder, size)
                    yield scene
                finally:
                    await staff.end()
