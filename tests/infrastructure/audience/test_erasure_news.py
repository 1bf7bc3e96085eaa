"""The world is told which messages were an erased person's: once, and with the end of the erasure or not at all."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from tests.support.ledgers import WrittenLedger

from campaigns.application.audience.erasing import Erasure
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.telling import ErasureNews
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ERASURE = Erasure(
    id=UUID(int=7), tenant_id=TenantId("acme"), user_id=None, status="erased", looks=2, found={}, requested_by="key:1",
    requested_at=NOW, erased_at=NOW,
)  # fmt: skip


def erased(url: str, *messages: tuple[int, int]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.cursor().executemany(
            "insert into erased_messages values ('acme', %s, %s, %s)",
            [(f"erased:{ERASURE.id}", *one) for one in messages],
        )


def told(url: str) -> list[tuple[str, list[str]]]:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute("select state from events order by position").fetchall()
    events = [json.loads(state)["data"] for (state,) in rows]
    return [(event["campaign_id"], event["message_ids"]) for event in events]


def test_each_message_is_told_once_and_with_the_end_of_the_erasure(database_url: str) -> None:
    spring, summer = (WrittenLedger(database_url, execution_no=number) for number in (1, 2))
    erased(database_url, (1, 3), (2, 9), (2, -4))

    async def story() -> None:
        async with Database(database_url) as database, EventLog(database_url, SystemClock()) as log:
            news = ErasureNews(log)

            async def ends(*, dies: bool = False) -> None:
                async with database.system() as connection:
                    await news.tell(connection, ERASURE, NOW)
                    if dies:
                        raise ConnectionError

            with pytest.raises(ConnectionError):
                await ends(dies=True)
            assert told(database_url) == []
            await ends()
            await ends()
            first = [(str(spring.campaign_id), ["1-3"]), (str(summer.campaign_id), ["2-9"])]
            assert told(database_url) == first
            erased(database_url, (1, 8))
            await ends()
            assert told(database_url) == [*first, (str(spring.campaign_id), ["1-8"])]

    asyncio.run(story())
