"""The streams this service owns: created when missing, brought to their plan when changed, checked at start."""

from msgspec import Struct
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from campaigns.infrastructure.nats.connection import NatsConnection

_WINDOW_SECONDS = 300.0
_DEFAULT_BYTES = 4 * 1024**3
_WEEK = 7 * 86_400.0  # less than the inbox remembers


class StreamPlan(Struct, frozen=True, kw_only=True):
    """One stream. `max_bytes` bounds its file; a full stream refuses new messages, it never forgets old ones."""

    name: str
    subjects: tuple[str, ...]
    description: str = ""
    max_bytes: int = _DEFAULT_BYTES
    max_age_seconds: float = 0
    replicas: int = 1
    duplicate_window: float = _WINDOW_SECONDS


class StreamMismatchError(Exception):
    """A stream of that name exists with a plan that cannot be changed into ours; the message says what differs."""


def campaigns_stream(name: str = "CAMPAIGNS", prefix: str = "campaign", max_bytes: int = _DEFAULT_BYTES) -> StreamPlan:
    """Everything the service tells the world, under `<prefix>.>`."""
    return StreamPlan(
        name=name,
        subjects=(f"{prefix}.>",),
        max_bytes=max_bytes,
        description="CloudEvents about campaigns, their executions, messages and figures",
    )


def dead_letter_stream(name: str = "CAMPAIGNS_DEAD", prefix: str = "campaign-dead") -> StreamPlan:
    """Consumed messages that could not be worked on, each with its error in the headers."""
    return StreamPlan(
        name=name,
        subjects=(f"{prefix}.>",),
        max_bytes=_DEFAULT_BYTES // 16,
        description="Messages that no consumer of this service could work on",
    )


def inbound_stream(name: str, subjects: tuple[str, ...]) -> StreamPlan:
    """What others publish for this service, where they have no stream of their own for it."""
    return StreamPlan(
        name=name,
        subjects=subjects,
        max_bytes=_DEFAULT_BYTES // 8,
        max_age_seconds=_WEEK,
        description="Events of others that campaigns listens to",
    )


async def ensure_stream(connection: NatsConnection, plan: StreamPlan) -> None:
    """Make the stream what its plan says. Raises StreamMismatchError, NatsAwayError."""
    jetstream = await connection.jetstream()
    config = _config(plan)
    try:
        present = (await jetstream.stream_info(plan.name)).config
        if _differs(present, config):
            await jetstream.update_stream(config)
    except NotFoundError:
        await _add(jetstream, config)
    except APIError as error:
        raise StreamMismatchError(f"stream {plan.name}: {error.description}") from error


async def _add(jetstream: JetStreamContext, config: StreamConfig) -> None:
    try:
        await jetstream.add_stream(config)
    except APIError as error:
        raise StreamMismatchError(f"stream {config.name}: {error.description}") from error


def _config(plan: StreamPlan) -> StreamConfig:
    return StreamConfig(
        name=plan.name,
        description=plan.description,
        subjects=list(plan.subjects),
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=plan.max_bytes,
        max_age=plan.max_age_seconds,
        num_replicas=plan.replicas,
        duplicate_window=plan.duplicate_window,
        allow_atomic=True,
        allow_direct=True,
    )


def _differs(present: StreamConfig, planned: StreamConfig) -> bool:
    names = ("subjects", "discard", "max_bytes", "max_age", "duplicate_window", "allow_atomic", "num_replicas")
    return any(getattr(present, name) != getattr(planned, name) for name in names)
