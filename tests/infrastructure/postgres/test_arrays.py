"""Arrays arrive as they were meant."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.databases import Databases

from campaigns.infrastructure.postgres import arrays

_ASKED = b"select %b, %b, %b, %b, %b"


async def there_and_back(url: str, numbers: list[int], smalls: list[int], words: list[str]) -> tuple[Any, ...]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = arrays.takes_arrays(connection.cursor())
        given_arrays = (
            arrays.integers(numbers),
            arrays.smallints(smalls),
            arrays.instants([number * 1_000_001 for number in numbers]),
            arrays.texts([word.encode() for word in words]),
            arrays.documents([b'{"a": "' + word.encode().hex().encode() + b'"}' for word in words]),
        )
        row = await (await cursor.execute(_ASKED, given_arrays)).fetchone()
        assert row is not None
        return row


def test_every_kind_comes_back(databases: Databases) -> None:
    @settings(max_examples=20)
    @given(
        st.lists(st.integers(0, 2**31 - 1)),
        st.lists(st.integers(-(2**15), 2**15 - 1)),
        st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))),
    )
    def roundtrip(numbers: list[int], smalls: list[int], words: list[str]) -> None:
        found = asyncio.run(there_and_back(url, numbers, smalls, words))
        assert found[:2] == (numbers, smalls)
        since_2000 = [at - datetime(2000, 1, 1, tzinfo=UTC) for at in found[2]]
        assert [(past.days * 86_400 + past.seconds) * 10**6 + past.microseconds for past in since_2000] == [
            number * 1_000_001 for number in numbers
        ]
        assert found[3] == words
        assert found[4] == [{"a": word.encode().hex()} for word in words]

    with databases.empty() as url:
        roundtrip()
