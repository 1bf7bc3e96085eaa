"""Who holds an idempotency key, and until when."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from campaigns.application.platform.ports import Begun, IdempotentRequest, StillRunning, StoredAnswer
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.platform.idempotency import LOCKED, PostgresIdempotencyKeys
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio
NOW = datetime(2027, 1, 1, tzinfo=UTC)
ALMOST_FREE = NOW + LOCKED - timedelta(seconds=1)
FREE = NOW + LOCKED
FIRST_ANSWER = StoredAnswer(status=201, headers={}, body=b"first")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def keys(database_url: str) -> AsyncIterator[PostgresIdempotencyKeys]:
    async with Database(database_url) as database:
        yield PostgresIdempotencyKeys(database)


@pytest.fixture
def first() -> IdempotentRequest:
    return IdempotentRequest(
        attempt=uuid.uuid4(), tenant_id=TenantId("acme"), principal="me", route="POST /x", key="k", fingerprint=b"f"
    )


@pytest.fixture
def repeat(first: IdempotentRequest) -> IdempotentRequest:
    return replace(first, attempt=uuid.uuid4())


async def test_a_key_that_nobody_extends_comes_free_within_seconds_for_the_same_command(
    keys: PostgresIdempotencyKeys, first: IdempotentRequest, repeat: IdempotentRequest
) -> None:
    assert timedelta(seconds=15) >= LOCKED
    await keys.begin(first, NOW)
    assert isinstance(await keys.begin(repeat, ALMOST_FREE), StillRunning)
    assert await keys.begin(repeat, FREE) == Begun(command_id=first.attempt)


async def test_an_attempt_that_goes_on_keeps_its_key(
    keys: PostgresIdempotencyKeys, first: IdempotentRequest, repeat: IdempotentRequest
) -> None:
    await keys.begin(first, NOW)
    await keys.extend(first, ALMOST_FREE)
    assert isinstance(await keys.begin(repeat, FREE), StillRunning)


async def test_an_attempt_that_was_overtaken_neither_releases_nor_withdraws_nor_extends_the_key(
    keys: PostgresIdempotencyKeys, first: IdempotentRequest, repeat: IdempotentRequest
) -> None:
    await keys.begin(first, NOW)
    await keys.begin(repeat, FREE)
    await keys.release(first, FREE)
    await keys.withdraw(first)
    await keys.extend(first, FREE + timedelta(hours=1))
    third = replace(first, attempt=uuid.uuid4())
    assert isinstance(await keys.begin(third, FREE), StillRunning)
    assert await keys.begin(third, FREE + LOCKED) == Begun(command_id=first.attempt)


async def test_the_answer_that_is_stored_first_is_the_answer_of_all_attempts(
    keys: PostgresIdempotencyKeys, first: IdempotentRequest, repeat: IdempotentRequest
) -> None:
    await keys.begin(first, NOW)
    await keys.begin(repeat, FREE)
    assert await keys.finish(first, FIRST_ANSWER) is FIRST_ANSWER
    assert await keys.finish(repeat, replace(FIRST_ANSWER, body=b"second")) == FIRST_ANSWER
    assert await keys.begin(replace(first, attempt=uuid.uuid4()), FREE) == FIRST_ANSWER
