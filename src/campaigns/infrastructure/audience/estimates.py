"""Estimates: the resolution itself, counted instead of kept, and each source by itself."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Literal

import msgspec
import numpy as np
import pyarrow as pa

from campaigns.application.audience.gathering import Gathered, meant_by
from campaigns.application.audience.ports import (
    AudienceOrder,
    AudienceResolver,
    Estimate,
    SegmentContent,
    SegmentContents,
    SourceSize,
    SuppressionEditions,
)
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.audience.eligibility import Group
from campaigns.domain.shared.ids import SegmentId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.audience_sql import NO_PROFILES
from campaigns.infrastructure.audience.candidates import NOBODY, Candidates
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql, certain
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.audience.strata import StrataTally
from campaigns.infrastructure.audience.warehouses.ports import Warehouse

_REACHED = (SkipReason.NONE, SkipReason.HOLDOUT, SkipReason.CONTROL)


class WarehouseEstimates:
    """Remembers for so many seconds, or until the audience, people, lists, segments or suppressions change."""

    def __init__(
        self,
        resolver: AudienceResolver,
        segments: SegmentContents,
        warehouse: Warehouse,
        suppressions: SuppressionEditions,
        memory: Memory,
        *,
        seconds: int = 300,
    ) -> None:
        self._resolver = resolver
        self._segments = segments
        self._warehouse = warehouse
        self._suppressions = suppressions
        self._memory = memory
        self._fresh = timedelta(seconds=seconds)

    async def estimate(self, order: AudienceOrder) -> Estimate:
        contents = await self._segments.contents(order.tenant_id, order.definition.segments())
        edition = await self._suppressions.edition(order.tenant_id)
        state = await asyncio.to_thread(self._state, order, contents, edition)
        key = f"campaign:audience:{order.campaign_id}"
        known = _read(await self._memory.recall(key), state)
        if known is None or not timedelta() <= order.now - known.computed_at < self._fresh:
            known = await self._computed(order, contents)
            if self._fresh:
                await self._memory.keep(key, state + msgspec.msgpack.encode(known), self._fresh.seconds)
        return known

    def _state(self, order: AudienceOrder, contents: Mapping[SegmentId, SegmentContent], edition: str) -> bytes:
        """A digest of everything that decides: nobody's id leaves the process."""
        undated = msgspec.structs.replace(order, now=order.now.min)
        names = [PEOPLE, *order.definition.lists()]
        names += [name for step in order.definition.steps() for name in step.listed_in]
        tables = [self._warehouse.table(order.tenant_id, name) for name in names]
        versions = [table and table.version for table in tables]
        return sha256(msgspec.msgpack.encode((undated, list(contents.values()), versions, edition))).digest()

    async def _computed(self, order: AudienceOrder, contents: Mapping[SegmentId, SegmentContent]) -> Estimate:
        reasons, rest, strata = np.zeros(len(SkipReason), dtype=np.int64), 0, StrataTally()
        async with self._resolver.resolve(order) as resolution:
            steps = await resolution.steps() if order.definition.steps() else ()
            async for batch in resolution.batches():
                reasons += np.bincount(batch.column("reason").to_numpy(), minlength=len(reasons))
                rest += _beyond_sample(order, batch)
                strata.add(batch)
        sources, included = await asyncio.to_thread(self._counted, order, contents)
        audience = int(reasons.sum())
        left = int(reasons[SkipReason.NONE])
        return Estimate(
            sources=sources,
            included=included,
            after_exclusions=steps[0].removed + steps[0].left if steps else audience,
            filters=steps,
            audience=audience,
            after_suppression=int(sum(reasons[reason] for reason in _REACHED)),
            after_holdout=left,
            skipped={reason.wire_name: int(reasons[reason]) for reason in SkipReason if reason and reasons[reason]},
            computed_at=order.now,
            in_test=None if order.test_sample is None else left - rest,
            rest=None if order.test_sample is None else rest,
            strata=strata.counts(),
        )

    def _counted(
        self, order: AudienceOrder, contents: Mapping[SegmentId, SegmentContent]
    ) -> tuple[tuple[SourceSize, ...], int]:
        """Each source by itself, and the union of those included."""
        sides: dict[Literal["include", "exclude"], Sequence[Source]] = {
            "include": order.definition.include,
            "exclude": order.definition.exclude,
        }
        placed = [(side, at, source) for side, sources in sides.items() for at, source in enumerate(sources)]
        groups = [meant_by([source], contents) for _, _, source in placed]
        groups.append(meant_by(order.definition.include, contents))
        at_once = iter(self._counts(order, [group for group in groups if not group.lists]))
        counts = [self._count(order, group) if group.lists else next(at_once) for group in groups]
        sizes = (
            SourceSize(side=side, at=at, segment_id=source.segment_id, size=size)
            for (side, at, source), size in zip(placed, counts, strict=False)
        )
        return tuple(sizes), counts[-1]

    def _count(self, order: AudienceOrder, group: Group) -> int:
        """How many a group with lists has: who is on several of them counts once."""
        alone = msgspec.structs.replace(order, definition=AudienceDefinition(), holdout_strata=())
        meant = Gathered(include=group, exclude=Group(), pushed_down=(), remote=())
        return Candidates(self._warehouse, alone, meant, NOBODY).count()

    def _counts(self, order: AudienceOrder, groups: Sequence[Group]) -> list[int]:
        """How many each group has: those with a profile by query, and the named without one."""
        people = self._warehouse.table(order.tenant_id, PEOPLE)
        if people is None or not groups:
            return [len(group.named) for group in groups]
        dialect = self._warehouse.dialect
        compiled = CriteriaSql(dialect, people.columns, "p", order.now, {})
        chosen, joins = [], []
        for number, group in enumerate(groups):
            known = "false"
            if group.named:
                known = f"n{number}.user_id IS NOT NULL"
                named = dialect.loaded(f"named{number}", NO_PROFILES)
                joins.append(f"LEFT JOIN {named} n{number} ON n{number}.user_id = p.user_id")
            chosen.append(_how_many(certain(" OR ".join([*map(compiled, group.criteria), known]))))
            chosen.append(_how_many(known))
        query = f"SELECT {', '.join(chosen)} FROM {people.relation} p {' '.join(joins)}"
        with self._warehouse.opened([people]) as session:
            for number, group in enumerate(groups):
                if group.named:
                    session.load(f"named{number}", pa.table({"user_id": pa.array(sorted(group.named), pa.string())}))
            counted = session.first(query, compiled.bound)
        return [counted[2 * number] + len(group.named) - counted[2 * number + 1] for number, group in enumerate(groups)]


def _beyond_sample(order: AudienceOrder, batch: Any) -> int:
    """How many of a batch wait for the winner of a test."""
    if order.test_sample is None:
        return 0
    goes, variant = batch.column("reason").to_numpy() == SkipReason.NONE, batch.column("variant").to_numpy()
    return int(np.count_nonzero(goes & (variant == len(order.variants) - 1)))


def _read(kept: bytes | None, state: bytes) -> Estimate | None:
    """What was kept, if it was kept of this very state and by a version that wrote it like ours."""
    if kept is None or not kept.startswith(state):
        return None
    try:
        return msgspec.msgpack.decode(kept[len(state) :], type=Estimate)
    except msgspec.MsgspecError:
        return None


def _how_many(condition: str) -> str:
    return f"count(CASE WHEN {condition} THEN 1 END)"
