"""Where the events of others are, for `doctor`."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence

import nats.errors
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from campaigns.infrastructure.embedded.diagnosis import Observation, nats_client
from campaigns.infrastructure.settings import Settings

_PATIENCE = 5


def find_streams(settings: Settings, consumed: Sequence[str]) -> Iterator[Observation]:
    """Nothing when NATS is embedded, or does not answer: `diagnose` says that."""
    if settings.nats_url is None or not consumed:
        return
    prefix = f"{settings.nats_inbound_prefix}." if settings.nats_inbound_prefix else ""
    try:
        held = asyncio.run(asyncio.wait_for(_holders(settings, [prefix + subject for subject in consumed]), _PATIENCE))
    except (TimeoutError, OSError, nats.errors.Error):
        return
    by_stream = defaultdict[str, list[str]](list)
    for subject, stream in held.items():
        by_stream[stream].append(subject)
    free = by_stream.pop("", [])
    for stream, subjects in sorted(by_stream.items()):
        whose = "ours" if stream == settings.nats_inbound_stream else "of others"
        yield Observation(f"stream {stream}", "ok", f"{whose}, holds {', '.join(sorted(subjects))}")
    if free:
        yield _unheld(settings, ", ".join(sorted(free)))


def _unheld(settings: Settings, subjects: str) -> Observation:
    if settings.nats_inbound_stream:
        detail = f"will be made by the first consumer, for {subjects}"
        return Observation(f"stream {settings.nats_inbound_stream}", "ok", detail)
    detail = f"no stream holds {subjects}; if somebody publishes there, set NATS_INBOUND_STREAM"
    return Observation("events of others", "warning", detail)


async def _holders(settings: Settings, subjects: Sequence[str]) -> dict[str, str]:
    """The stream of each subject; without one, nothing."""
    client = await nats_client(settings)
    try:
        return {subject: await _holder(client, subject) for subject in subjects}
    finally:
        await client.close()


async def _holder(client: Client, subject: str) -> str:
    try:
        return await client.jetstream(timeout=_PATIENCE).find_stream_name_by_subject(subject)
    except NotFoundError:
        return ""
