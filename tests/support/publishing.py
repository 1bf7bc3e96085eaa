"""Others, who publish their events on NATS."""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import nats
from nats.js import JetStreamContext
from nats.js.errors import NoStreamResponseError
from tests.support.running_service import RunningService
from tests.support.waiting import eventually_async

Event = dict[str, Any]


class Publisher:
    """Publishes to the subjects that a running service listens to; every publication is acknowledged by the stream."""

    def __init__(self, service: RunningService, prefix: str | None = None) -> None:
        self._service = service
        self._prefix = prefix or f"{service.nats_subject_prefix}-in"

    def publish(self, subject: str, *bodies: Any, headers: Mapping[str, str] | None = None) -> None:
        """Bodies are bytes, or what is written as JSON."""
        asyncio.run(self._publish(subject, bodies, dict(headers or {})))

    async def _publish(self, subject: str, bodies: Sequence[Any], headers: dict[str, str]) -> None:
        client = await nats.connect(self._service.nats_url)
        jetstream = client.jetstream()
        try:
            for body in bodies:
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                await _stored(jetstream, f"{self._prefix}.{subject}", data, headers)
        finally:
            await client.close()


async def _stored(jetstream: JetStreamContext, subject: str, data: bytes, headers: dict[str, str]) -> None:
    """A service that has only just started makes its stream in a moment."""

    async def taken() -> bool:
        try:
            await jetstream.publish(subject, data, headers=headers or None)
        except NoStreamResponseError:
            return False
        return True

    await eventually_async(taken, expected=True)


def cloud_event(kind: str, data: Any, **attributes: Any) -> Event:
    """In the structured mode."""
    known = {"specversion": "1.0", "id": uuid.uuid4().hex, "source": "/notifications", "type": kind}
    return {**known, "data": data, **attributes}
