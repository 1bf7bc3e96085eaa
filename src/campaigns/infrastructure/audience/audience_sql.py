"""The one query that finds an audience: who is meant, which filter removes whom, and how everybody stands.

It is asked once for each range of user ids (`$low` to below `$high`). All its relations are sorted by user id, so that
each range reads its own part of each file, joins within little memory, and leaves in order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from campaigns.domain.audience.definition import FilterStep
from campaigns.domain.audience.standing import BITS, CHANNEL_NUMBERS
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, ChannelType
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql, certain, quoted
from campaigns.infrastructure.audience.datasets import SQL_TYPES, Kind
from campaigns.infrastructure.audience.engine import literal

USER_ID = "user_id"
NO_PROFILES: Mapping[str, Kind] = {USER_ID: Kind.TEXT}


class Listed(Struct, frozen=True, kw_only=True):
    """A dataset that a filter refers to."""

    path: Path
    columns: Mapping[str, Kind]


class Wanted(Struct, frozen=True, kw_only=True):
    """What the query is made of. Named users stand in the tables `included` and `excluded` of the connection."""

    include: Sequence[Criteria]
    exclude: Sequence[Criteria]
    rules: Sequence[Criteria]
    steps: Sequence[FilterStep]
    lists: Mapping[str, Listed]
    channels: Sequence[ChannelType]
    now: datetime
    names_users: bool
    bars_users: bool
    suppresses: bool


class AudienceSql:
    """Composes the query over the profiles (None before the first import) and the named users without one."""

    def __init__(self, wanted: Wanted, people: Listed | None) -> None:
        self.bound: dict[str, Any] = {}
        self._wanted = wanted
        self._people = people
        self._columns = people.columns if people else NO_PROFILES
        self._criteria = CriteriaSql(self._columns, "p", wanted.now, self.bound)

    def selecting(self, *, everything: bool = False) -> str:
        """`user_id`, `standing`, `removed_by` (0, or the number of the filter step), and perhaps all attributes."""
        removed_by = self._removed_by()
        chosen = ["p.user_id", f"{self._standing()} AS standing", f"{removed_by} AS removed_by"]
        chosen += [f"p.{quoted(name)}" for name in self._columns if everything and name != USER_ID]
        joined = f" LEFT JOIN {_ranged('suppressed')} s ON s.user_id = p.user_id" if self._wanted.suppresses else ""
        return f"SELECT {', '.join(chosen)} FROM {self._everybody()} p{joined} WHERE {self._meant()} ORDER BY p.user_id"

    def counting(self) -> str:
        """How many are meant and pass every filter."""
        meant, removed_by = self._meant(), self._removed_by()
        return f"SELECT count(*) FROM {self._everybody()} p WHERE {meant} AND {removed_by} = 0"

    def _everybody(self) -> str:
        profiles = _ranged(parquet(self._people.path)) if self._people else ""
        if profiles and not self._wanted.names_users:
            return profiles
        empty = [f"NULL::{SQL_TYPES[kind]} AS {quoted(name)}" for name, kind in self._columns.items()]
        empty[list(self._columns).index(USER_ID)] = USER_ID
        strangers = f"SELECT {', '.join(empty)} FROM {_ranged('included')}"
        if not profiles:
            return f"({strangers})"
        columns = ", ".join(quoted(name) for name in self._columns)
        known = f"SELECT user_id FROM {profiles}"
        return f"(SELECT {columns} FROM {profiles} UNION ALL {strangers} WHERE user_id NOT IN ({known}))"

    def _meant(self) -> str:
        wanted = self._wanted
        included = [self._criteria(criteria) for criteria in wanted.include]
        if wanted.names_users:
            included.append(f"p.user_id IN (SELECT user_id FROM {_ranged('included')})")
        kept = ["(" + (" OR ".join(included) or "false") + ")"]
        kept += [f"NOT {certain(self._criteria(criteria))}" for criteria in wanted.exclude]
        if wanted.bars_users:
            kept.append(f"p.user_id NOT IN (SELECT user_id FROM {_ranged('excluded')})")
        kept += [self._criteria(criteria) for criteria in wanted.rules]
        return " AND ".join(kept)

    def _removed_by(self) -> str:
        if not self._wanted.steps:
            return "0::TINYINT"
        cases = [f"WHEN NOT {certain(self._passes(step))} THEN {n}" for n, step in enumerate(self._wanted.steps, 1)]
        return f"CASE {' '.join(cases)} ELSE 0 END::TINYINT"

    def _passes(self, step: FilterStep) -> str:
        meant = " OR ".join(self._is_listed(name, step) for name in step.listed_in)
        if not step.listed_in:
            meant = self._criteria(parse(step.criteria))
        return f"({meant})" if step.keep else f"(NOT {certain(meant)})"

    def _is_listed(self, name: str, step: FilterStep) -> str:
        listed = self._wanted.lists[name]
        where = ""
        if step.criteria is not None:
            where = " WHERE " + CriteriaSql(listed.columns, "l", self._wanted.now, self.bound)(parse(step.criteria))
        return f"p.user_id IN (SELECT l.user_id FROM {_ranged(parquet(listed.path))} l{where})"

    def _standing(self) -> str:
        if not self._wanted.channels:
            return "0::BIGINT"
        parts = [
            f"(({self._standing_on(channel)})::BIGINT << {BITS * CHANNEL_NUMBERS[channel]})"
            for channel in sorted(set(self._wanted.channels))
        ]
        return " + ".join(parts)

    def _standing_on(self, channel: ChannelType) -> str:
        suppressed = ""
        if self._wanted.suppresses:
            shift = BITS * CHANNEL_NUMBERS[channel]
            suppressed = (
                f"WHEN s.everywhere = {SkipReason.DELETED.value} THEN s.everywhere "
                f"WHEN (s.by_channel >> {shift}) & 15 > 0 THEN (s.by_channel >> {shift}) & 15 "
                "WHEN s.everywhere > 0 THEN s.everywhere "
            )
        reached = f"WHEN {self._has_address(channel)} THEN {SkipReason.NONE.value} "
        return f"CASE {suppressed}{reached}ELSE {SkipReason.NO_ADDRESS.value} END"

    def _has_address(self, channel: ChannelType) -> str:
        attribute = ADDRESS_ATTRIBUTE[channel]
        if attribute is None or attribute == USER_ID:
            return "true"
        if attribute not in self._columns:
            return "false"
        address = f"p.{quoted(attribute)}::VARCHAR"  # trimmed only when it begins with a space or less: half the time
        return f"CASE WHEN {address} >= '!' THEN true ELSE trim({address}) <> '' END"


def parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"


def _ranged(relation: str) -> str:
    return f"(SELECT * FROM {relation} WHERE user_id >= $low AND user_id < $high)"
