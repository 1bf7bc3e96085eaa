"""The demo's plot, in the order in which a marketer would do it."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from campaigns.interfaces.cli.demo.content import campaign, segment
from campaigns.interfaces.cli.demo.inbox import Inbox
from campaigns.interfaces.cli.demo.people import write_people
from campaigns.interfaces.cli.demo.progress import bar
from campaigns.interfaces.cli.demo.recipients import play, visits
from campaigns.interfaces.cli.demo.service import Service
from campaigns.interfaces.cli.demo.summary import Summary

_PATIENCE_SECONDS = 180
_BUYER = 0.25
_EVENTS_A_POST = 500

ESTIMATE_STEPS = ("included", "after_exclusions", "after_suppression", "after_holdout")


class Story:
    def __init__(self, service: Service, inbox: Inbox, console: Console, scratch: Path, people: int) -> None:
        self._service = service
        self._inbox = inbox
        self._console = console
        self._scratch = scratch
        self._people = people
        self._chance = random.Random(8)  # noqa: S311 - a play, not a secret

    async def play(self, crash: Callable[[], int] | None) -> Summary:
        """The whole job; raises TimeoutError when a step takes unreasonably long."""
        began = datetime.now(UTC)
        await self._import_people()
        path = await self._write_campaign(f"{began:%Y-%m-%d %H:%M:%S}")
        await self._service.post(f"{path}/activate")
        execution = await self._deliver(path, crash)
        clickers = await self._let_recipients_act()
        bought = await self._let_some_buy(clickers)
        metrics = await self._settled_metrics(path, bought)
        return Summary(
            campaign=await self._service.get(path),
            execution=execution,
            metrics=metrics,
            arrived=dict(self._inbox.per_recipient),
            seconds=(datetime.now(UTC) - began).total_seconds(),
        )

    async def _import_people(self) -> None:
        file = self._scratch / "people.csv"
        await asyncio.to_thread(write_people, file, self._people, now=datetime.now(UTC))
        job = await self._service.upload("/audience/imports", file, {"dataset": "people"})
        with bar(self._console, "People are imported", self._people) as shown:
            async for seen in self._watched(f"/audience/imports/{job['id']}"):
                shown.reach(seen["rows"])
                if seen["status"] not in ("pending", "running"):
                    break
        if seen["status"] != "completed":
            raise TimeoutError(f"the import ended as {seen['status']}: {seen}")

    async def _write_campaign(self, moment: str) -> str:
        made = await self._service.post("/segments", segment(moment))
        created = await self._service.post("/campaigns", campaign(moment, made["id"]))
        path = f"/campaigns/{created['id']}"
        estimate = await self._service.post(f"{path}/audiences/estimate")
        preview = await self._service.post(f"{path}/preview", {"sample_user_id": "u0000001", "channel_type": "email"})
        sizes = " → ".join(f"{estimate[step]:,} {step.replace('_', ' ')}" for step in ESTIMATE_STEPS)
        self._console.print(f"  Estimate: {sizes}", soft_wrap=True)
        self._console.print(f"  Preview:  {preview['fields']['subject']!r}")
        return path

    async def _deliver(self, path: str, crash: Callable[[], int] | None) -> dict[str, Any]:
        execution = await self._started(path)
        link = f"{path}/executions/{execution['execution_id']}"
        interrupted = False
        with bar(self._console, "Mail is delivered", execution["accounting"]["audience"]) as shown:
            async for seen in self._watched(link):
                accounting = seen["accounting"]
                waiting = accounting["waiting"] + accounting["sending"]
                shown.reach(accounting["audience"] - waiting)
                if not interrupted and accounting["sent"] > accounting["audience"] // 3:
                    interrupted = True
                    await self._interrupt(path, link, crash)
                if seen["status"] not in ("pending", "running", "paused"):
                    return dict(seen)
        raise TimeoutError("the delivery did not end")

    async def _interrupt(self, path: str, link: str, crash: Callable[[], int] | None) -> None:
        await self._service.post(f"{path}/pause", {"reason": "the demo takes a breath"})
        await asyncio.sleep(1.0)
        before = (await self._service.get(link))["accounting"]
        await asyncio.sleep(0.5)
        after = (await self._service.get(link))["accounting"]
        self._console.print(
            f"  Paused: {before['sent']:,} sent, half a second later {after['sent']:,}, {after['sending']:,} in flight"
        )
        await self._service.post(f"{path}/resume")
        if crash is not None:
            await asyncio.sleep(0.5)
            self._console.print(f"  Killed the worker (pid {crash()}, SIGKILL) in the middle of the delivery")

    async def _started(self, path: str) -> dict[str, Any]:
        async for page in self._watched(f"{path}/executions"):
            for execution in page["executions"]:
                if execution["status"] != "pending":
                    return dict(execution)
        raise TimeoutError("the execution did not start")

    async def _let_recipients_act(self) -> list[str]:
        planned, clickers = visits(self._inbox.mails, self._chance)
        await play(self._console, planned)
        return clickers

    async def _let_some_buy(self, clickers: list[str]) -> int:
        """Buyers are known by user id: person17@… is u0000017."""
        buyers = [address for address in clickers if self._chance.random() < _BUYER]
        orders = [self._order(number, address) for number, address in enumerate(buyers)]
        for first in range(0, len(orders), _EVENTS_A_POST):
            await self._service.post("/events", {"events": orders[first : first + _EVENTS_A_POST]})
        return len(orders)

    def _order(self, number: int, address: str) -> dict[str, Any]:
        user = int(address.partition("@")[0].removeprefix("person"))
        return {
            "event_id": f"order-{datetime.now(UTC):%Y%m%d%H%M%S}-{number}",
            "event_type": "order.completed",
            "user_id": f"u{user:07d}",
            "at": datetime.now(UTC).isoformat(),
            "value": f"{self._chance.uniform(15, 180):.2f}",
            "currency": "EUR",
        }

    async def _settled_metrics(self, path: str, bought: int) -> dict[str, Any]:
        async for metrics in self._watched(f"{path}/metrics?breakdown_by=variant"):
            if metrics["totals"]["converted"] >= bought:
                return dict(metrics)
        raise TimeoutError("the metrics did not settle")

    async def _watched(self, path: str) -> Any:
        """The same question again and again, until the asker has heard enough."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                yield await self._service.get(path)
                await asyncio.sleep(0.2)
