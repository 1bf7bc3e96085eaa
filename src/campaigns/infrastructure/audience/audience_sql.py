"""The one query that finds an audience: who is meant, which filter removes whom, and how everybody stands.

It is asked once for each range of user ids (`$low` to below `$high`). All its relations are sorted by user id, so that
each range reads its own part of each file, joins within little memory, and leaves in order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from campaigns.domain.audience.definition import FilterStep
from campaigns.domain.audience.standing import BITS, CHANNEL_NUMBERS
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, ChannelType
from campaigns.domain.shared.criteria import Criteria, parse
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql, certain
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.warehouses.ports import Dialect, Table

USER_ID = "user_id"
TIMEZONE = "timezone"
ZONE = "local_zone"
"""What a person's time zone is called in an answer: where rules are asked, the attributes are in it, too."""
OURS = ("standing", ZONE, "holdout_stratum_0", "holdout_stratum_1")
"""The columns of an answer that are no attributes."""
NO_PROFILES: Mapping[str, Kind] = {USER_ID: Kind.TEXT}


def stratum_column(at: int) -> str:
    """What the attribute is called in an answer that the holdout is drawn by in this place."""
    return f"holdout_stratum_{at}"


BROUGHT: Mapping[str, Mapping[str, Kind]] = {
    "included": NO_PROFILES,
    "excluded": NO_PROFILES,
    "suppressed": {USER_ID: Kind.TEXT, "everywhere": Kind.INTEGER, "by_channel": Kind.INTEGER},
}
"""What a session is given beside its own tables."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What the query is made of. Named users are brought along, see `BROUGHT`.

    `strata` are attributes; None stands for one that is no attribute.
    """

    include: Sequence[Criteria]
    include_lists: Sequence[str] = ()
    exclude_lists: Sequence[str] = ()
    exclude: Sequence[Criteria]
    rules: Sequence[Criteria]
    steps: Sequence[FilterStep]
    lists: Mapping[str, Table]
    channels: Sequence[ChannelType]
    now: datetime
    names_users: bool
    bars_users: bool
    suppresses: bool
    zones: bool = False
    strata: Sequence[str | None] = ()


class AudienceSql:
    """Composes the query over the profiles (None before the first import) and the named users without one.

    Every list is joined once: no engine of a cluster looks into another table from within an expression.
    """

    def __init__(self, dialect: Dialect, wanted: Wanted, people: Table | None) -> None:
        self.bound: dict[str, Any] = {}
        self._dialect = dialect
        self._wanted = wanted
        self._people = people
        self._columns = people.columns if people else NO_PROFILES
        self._criteria = CriteriaSql(dialect, self._columns, "p", wanted.now, self.bound)
        self._joins: list[str] = []

    def selecting(self, *, everything: bool = False) -> str:
        """`user_id` and `standing` of who passes every filter, and perhaps all attributes."""
        meant = self._meant_and_passing()
        chosen = ["p.user_id", f"{self._standing()} AS standing"]
        chosen += [f"p.{self._dialect.quoted(name)}" for name in self._columns if everything and name != USER_ID]
        if self._wanted.zones and self._columns.get(TIMEZONE) is Kind.TEXT:
            chosen.append(f"p.{self._dialect.quoted(TIMEZONE)} AS {ZONE}")
        for at, name in enumerate(self._wanted.strata):
            if name is not None:
                chosen.append(f"p.{self._dialect.quoted(name)} AS {stratum_column(at)}")
        if self._wanted.suppresses:
            self._joins.append(f"LEFT JOIN {self._brought('suppressed')} s ON s.user_id = p.user_id")
        return f"SELECT {', '.join(chosen)} FROM {self._joined()} WHERE {meant} ORDER BY p.user_id"

    def counting(self) -> str:
        """How many are meant and pass every filter."""
        meant = self._meant_and_passing()
        return f"SELECT count(*) FROM {self._joined()} WHERE {meant}"

    def tallying(self) -> str:
        """How many `people` each step is the first to remove: its number as `removed_by`, 0 for who passes all."""
        meant, removed_by = self._meant(), self._removed_by()
        each = f"SELECT {removed_by} AS removed_by FROM {self._joined()} WHERE {meant}"
        return f"SELECT removed_by, count(*) AS people FROM ({each}) e GROUP BY removed_by"

    def _joined(self) -> str:
        return " ".join([f"{self._everybody()} p", *self._joins])

    def _everybody(self) -> str:
        profiles = self._ranged(self._people.relation) if self._people else ""
        named = self._named()
        if profiles and not named:
            return profiles
        types = self._dialect.types
        empty = [f"CAST(NULL AS {types[kind]}) AS {self._dialect.quoted(name)}" for name, kind in self._columns.items()]
        empty[list(self._columns).index(USER_ID)] = f"i.{USER_ID}"
        strangers = f"SELECT {', '.join(empty)} FROM {named or self._brought('included')} i"
        if not profiles:
            return f"({strangers})"
        columns = ", ".join(self._dialect.quoted(name) for name in self._columns)
        known = f"LEFT JOIN (SELECT user_id AS known FROM {profiles} known) k ON k.known = i.user_id"
        return f"(SELECT {columns} FROM {profiles} known UNION ALL {strangers} {known} WHERE k.known IS NULL)"

    def _named(self) -> str:
        """Everybody who is meant by name or by list, each once; empty where nobody is."""
        parts = [f"SELECT user_id FROM {self._brought('included')} n"] if self._wanted.names_users else []
        parts += [f"SELECT user_id FROM {self._of_list(name)} n" for name in self._wanted.include_lists]
        return f"({' UNION '.join(parts)})" if parts else ""

    def _of_list(self, name: str) -> str:
        return self._ranged(self._wanted.lists[name].relation)

    def _on_list(self, name: str) -> str:
        each = "" if self._wanted.lists[name].unique else "DISTINCT "
        return self._on(f"(SELECT {each}user_id FROM {self._of_list(name)} l)")

    def _meant(self) -> str:
        wanted = self._wanted
        included = [self._criteria(criteria) for criteria in wanted.include]
        if wanted.names_users:
            included.append(self._on(self._brought("included")))
        included += map(self._on_list, wanted.include_lists)
        kept = ["(" + (" OR ".join(included) or "false") + ")"]
        kept += [f"NOT {certain(self._criteria(criteria))}" for criteria in wanted.exclude]
        if wanted.bars_users:
            kept.append(f"NOT {self._on(self._brought('excluded'))}")
        kept += [f"NOT {self._on_list(name)}" for name in wanted.exclude_lists]
        kept += [self._criteria(criteria) for criteria in wanted.rules]
        return " AND ".join(kept)

    def _meant_and_passing(self) -> str:
        return " AND ".join([self._meant(), *map(self._passes, self._wanted.steps)])

    def _removed_by(self) -> str:
        cases = [f"WHEN NOT {certain(self._passes(step))} THEN {n}" for n, step in enumerate(self._wanted.steps, 1)]
        return f"CAST(CASE {' '.join(cases)} ELSE 0 END AS SMALLINT)"

    def _passes(self, step: FilterStep) -> str:
        meant = " OR ".join(self._is_listed(name, step) for name in step.listed_in)
        if not step.listed_in:
            meant = self._criteria(parse(step.criteria))
        return f"({meant})" if step.keep else f"(NOT {certain(meant)})"

    def _is_listed(self, name: str, step: FilterStep) -> str:
        listed, where = self._wanted.lists[name], ""
        if step.criteria is not None:
            criteria = CriteriaSql(self._dialect, listed.columns, "l", self._wanted.now, self.bound)
            where = " WHERE " + criteria(parse(step.criteria))
        rows = f"SELECT {'' if listed.unique else 'DISTINCT '}l.user_id FROM {self._ranged(listed.relation)} l{where}"
        return self._on(f"({rows})")

    def _on(self, listed: str) -> str:
        """Join a relation of user ids; true for those who are in it."""
        alias = f"j{len(self._joins)}"
        self._joins.append(f"LEFT JOIN {listed} {alias} ON {alias}.user_id = p.user_id")
        return f"({alias}.user_id IS NOT NULL)"

    def _brought(self, name: str) -> str:
        return self._ranged(self._dialect.loaded(name, BROUGHT[name]))

    def _ranged(self, relation: str) -> str:
        low, high = self._dialect.bound("low"), self._dialect.bound("high")
        return f"(SELECT * FROM {relation} r WHERE user_id >= {low} AND user_id < {high})"

    def _standing(self) -> str:
        if not self._wanted.channels:
            return "CAST(0 AS BIGINT)"
        parts = [f"CAST({self._standing_on(channel)} AS BIGINT)" for channel in sorted(set(self._wanted.channels))]
        return " + ".join(parts)

    def _standing_on(self, channel: ChannelType) -> str:
        """The reason against the channel, in the channel's own bits."""
        suppressed, lowest = "", 1 << BITS * CHANNEL_NUMBERS[channel]
        if self._wanted.suppresses:
            own = f"s.by_channel & {15 * lowest}"
            suppressed = (
                f"WHEN s.everywhere = {SkipReason.DELETED.value} THEN s.everywhere * {lowest} "
                f"WHEN ({own}) > 0 THEN ({own}) "
                f"WHEN s.everywhere > 0 THEN s.everywhere * {lowest} "
            )
        reached = f"WHEN {self._has_address(channel)} THEN {SkipReason.NONE.value} "
        return f"CASE {suppressed}{reached}ELSE {SkipReason.NO_ADDRESS.value * lowest} END"

    def _has_address(self, channel: ChannelType) -> str:
        attribute = ADDRESS_ATTRIBUTE[channel]
        if attribute is None or attribute == USER_ID:
            return "true"
        if attribute not in self._columns:
            return "false"
        address = f"p.{self._dialect.quoted(attribute)}"
        if self._columns[attribute] is not Kind.TEXT:
            address = f"CAST({address} AS {self._dialect.types[Kind.TEXT]})"
        # trimmed only when it begins with a space or less: half the time
        return f"CASE WHEN {address} >= '!' THEN true ELSE trim({address}) <> '' END"
