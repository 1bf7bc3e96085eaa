"""Writers who give one command after the other and look closely at each refusal."""

import asyncio
import time
from collections import Counter

import aiohttp
from tests.chaos.asking import Asking

_LONGEST = 30.0


class Commanders:
    """Each command is a new campaign under a key of its own, asked again until it is answered."""

    def __init__(self, client: Asking, name: str) -> None:
        self.acked: list[str] = []
        """Names of campaigns whose creation was acknowledged."""
        self.broken: list[str] = []
        self.refusals: Counter[str] = Counter()
        self.longest = 0.0
        self._client, self._name = client, name
        self._ending = False

    async def command(self, who: int, pause: float = 0.01) -> None:
        """Until told to end."""
        number = 0
        while not self._ending:
            number += 1
            name = f"{self._name}-{who}-{number}"
            while not await self._once(name):
                await asyncio.sleep(0.1)
            self.acked.append(name)
            await asyncio.sleep(pause)

    def end(self) -> None:
        """After the command that is under way."""
        self._ending = True

    async def _once(self, name: str) -> bool:
        began, url = time.monotonic(), f"{self._client.address}/api/v1/campaigns"
        try:
            async with self._client._session.post(
                url, json={"name": name}, headers={"Idempotency-Key": name}
            ) as answer:
                found, told = await answer.json(), answer.headers.get("Retry-After")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._refused(name, type(error).__name__, time.monotonic() - began)
            return False
        self.longest = max(self.longest, time.monotonic() - began)
        if answer.status == 201:
            return True
        self._judge(name, answer.status, found, told)
        return False

    def _judge(self, name: str, status: int, problem: dict[str, str], told: str | None) -> None:
        """503 names what is away and says when to come again; 409 says that the first try still runs."""
        self.refusals[f"{status} {problem.get('code')}"] += 1
        if status not in {409, 429, 503} or told is None or not told.isdecimal():
            self.broken.append(f"{name}: {status} {problem}, Retry-After {told}")

    def _refused(self, name: str, why: str, seconds: float) -> None:
        self.refusals[why] += 1
        self.longest = max(self.longest, seconds)
        if seconds > _LONGEST:
            self.broken.append(f"{name}: no answer in {seconds:.0f} s")
