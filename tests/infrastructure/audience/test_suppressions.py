"""Suppressions in a real database: the table for resolution, the question of delivery, and one person agree."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from campaigns.domain.audience.errors import InvalidAudienceError, SuppressionNotFoundError
from campaigns.domain.audience.standing import CHANNEL_NUMBERS
from campaigns.domain.audience.suppression import Suppression, SuppressionReason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.postgres.database import Database

TENANT, OTHER = TenantId("acme"), TenantId("other")
MAIL, SMS = ChannelType.EMAIL, ChannelType.SMS
NASTY = 'a,"b"\nc\\'


def said(user: str, reason: SuppressionReason, channel: ChannelType | Literal["*"] = "*") -> Suppression:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    return Suppression(user_id=UserId(user), reason=reason, channel=channel, created_by="anna", created_at=at)


def shown(database_url: str, ask: Any) -> Any:
    async def run() -> Any:
        async with Database(database_url) as database:
            suppressions = PostgresSuppressions(database)
            await suppressions.add(
                TENANT,
                [
                    said("u1", "bounced", MAIL),
                    said("u1", "complained", SMS),
                    said("u2", "manual"),
                    said("u2", "unsubscribed", MAIL),
                    said("u3", "deleted"),
                    said("u3", "bounced", MAIL),
                    said(NASTY, "manual"),
                ],
            )
            await suppressions.add(OTHER, [said("u1", "deleted")])
            return await ask(suppressions)

    return asyncio.run(run())


def test_resolution_sees_one_row_for_each_person_of_its_tenant(database_url: str) -> None:
    table = shown(database_url, lambda suppressions: suppressions.table(TENANT))
    rows = {row["user_id"]: (row["everywhere"], row["by_channel"]) for row in table.to_pylist()}
    mail, sms = 4 * CHANNEL_NUMBERS[MAIL], 4 * CHANNEL_NUMBERS[SMS]
    assert rows == {"u1": (0, (4 << mail) | (5 << sms)), "u2": (14, 3 << mail), "u3": (6, 4 << mail), NASTY: (14, 0)}


def test_without_suppressions_the_table_is_empty_but_whole(database_url: str) -> None:
    table = shown(database_url, lambda suppressions: suppressions.table(TenantId("nobody")))
    assert (table.num_rows, table.column_names) == (0, ["user_id", "everywhere", "by_channel"])


def test_one_person_stands_as_in_the_table(database_url: str) -> None:
    assert shown(database_url, lambda suppressions: suppressions.standing(TENANT, UserId("u2"))) == (14, 3)
    assert shown(database_url, lambda suppressions: suppressions.standing(TENANT, UserId("u9"))) == (0, 0)


def test_delivery_is_told_by_channel_and_name(database_url: str) -> None:
    told = shown(database_url, lambda suppressions: suppressions.among(TENANT, None, ["u1", "u2", "u3", "u9"]))
    assert told["u1"] == {MAIL: "suppressed_bounced", SMS: "suppressed_complained"}
    assert (told["u2"][MAIL], told["u2"][SMS]) == ("suppressed_unsubscribed", "suppressed_manually")
    assert set(told["u3"].values()) == {"deleted"}
    assert "u9" not in told


def test_the_last_word_about_a_person_and_channel_counts(database_url: str) -> None:
    async def ask(suppressions: PostgresSuppressions) -> Any:
        await suppressions.add(TENANT, [said("u1", "manual", MAIL), said("u1", "unsubscribed", MAIL)])
        return await suppressions.page(TENANT, user_id="u1", channel="email", reason=None, limit=10, cursor=None)

    assert [one.reason for one in shown(database_url, ask).suppressions] == ["unsubscribed"]


def test_another_tenants_suppression_cannot_be_lifted(database_url: str) -> None:
    with pytest.raises(SuppressionNotFoundError):
        shown(database_url, lambda suppressions: suppressions.remove(OTHER, UserId("u2"), "*"))


def test_a_foreign_cursor_is_refused(database_url: str) -> None:
    with pytest.raises(InvalidAudienceError):
        shown(
            database_url,
            lambda suppressions: suppressions.page(
                TENANT, user_id=None, channel=None, reason=None, limit=1, cursor="nonsense"
            ),
        )


def test_every_suppression_is_streamed_in_order(database_url: str) -> None:
    async def ask(suppressions: PostgresSuppressions) -> list[str]:
        return [f"{one.user_id}:{one.channel}" async for one in suppressions.every(TENANT)]

    assert shown(database_url, ask)[1:] == ["u1:email", "u1:sms", "u2:*", "u2:email", "u3:*", "u3:email"]
