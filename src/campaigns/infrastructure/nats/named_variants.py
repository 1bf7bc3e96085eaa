"""Variants by id and name, as campaigns know them; plan and ledger have only their numbers."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.domain.delivery.brief import rest_id

_VARIANTS = b"""
select e.execution_no, variant.place::integer - 1, e.campaign_id,
       (variant.told->>'variant_id')::uuid, variant.told->>'name'
  from executions e
 cross join lateral jsonb_array_elements(e.brief->'variants') with ordinality as variant (told, place)
 where e.execution_no = any(%s::integer[]) order by 1, 2"""


class NamedVariant(Struct, frozen=True):
    variant_id: UUID
    name: str


Variants = Mapping[tuple[int, int], NamedVariant]
"""By number of the execution and of the variant in it."""


async def variants_of(connection: AsyncConnection, execution_nos: Iterable[int]) -> Variants:
    """The variants of these executions; the rest of a test has one when its winner is known."""
    cursor = await connection.execute(_VARIANTS, (sorted(execution_nos),), binary=True)
    return {
        (execution_no, number): NamedVariant(variant_id, name)
        for execution_no, number, campaign_id, variant_id, name in await cursor.fetchall()
        if variant_id != rest_id(campaign_id)
    }


def as_planned(variants: Variants) -> Variants:
    """Without the winner that a rest got since: a plan that is told once more says what it said at first."""
    first: dict[tuple[int, UUID], int] = {}
    for (execution_no, number), variant in variants.items():
        first.setdefault((execution_no, variant.variant_id), number)
    return {key: variant for key, variant in variants.items() if first[key[0], variant.variant_id] == key[1]}


def told_variant(variants: Variants, execution_no: int, number: int) -> dict[str, Any]:
    """What events about a message say of its variant; a number below 0 is none."""
    named = variants.get((execution_no, number))
    return {
        "variant": number if number >= 0 else None,
        "variant_id": named.variant_id if named else None,
        "variant_name": named.name if named else None,
    }
