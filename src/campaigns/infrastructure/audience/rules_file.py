"""The embedded Rules Engine: rules from a JSON file that an operator writes. No file, no rules."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from campaigns.application.audience.ports import Rule, Subject
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.criteria import parse
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import RuleId, TenantId, UserId
from campaigns.domain.shared.rule_hours import RuleHours
from campaigns.domain.shared.sending_limits import SendWindow
from campaigns.domain.shared.wall_clocks import is_zone

NAME = "rules engine"


class WrittenHours(Struct, frozen=True, kw_only=True):
    """What a scheduling rule says: `{"timezone", "windows": [{"days", "start", "end"}], "blackout_dates"}`."""

    timezone: str = "UTC"
    windows: tuple[SendWindow, ...] = ()
    blackout_dates: tuple[date, ...] = ()


class WrittenRule(Struct, frozen=True, kw_only=True):
    """A rule as it is written, in the file and on the wire. `tenants` (file only): whose it is; None for all."""

    id: RuleId
    name: str = ""
    kind: str = "targeting"
    enabled: bool = True
    version: int = 1
    criteria: dict[str, Any] | None = None
    schedule: WrittenHours | None = None
    tenants: tuple[str, ...] | None = None


class FileRules:
    """Rules of a file `[{"id": …, "name": …, "criteria": …}]`, read anew each time: it is small and edited by hand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        written = await asyncio.to_thread(self._read)
        return {
            rule.id: as_rule(rule)
            for rule in written
            if rule.id in rule_ids and (rule.tenants is None or tenant_id in rule.tenants)
        }

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        known = await self.rules(tenant_id, rule_ids)
        if missing := set(rule_ids) - known.keys():
            raise DependencyDownError(NAME, f"the rules file no longer holds {sorted(map(str, missing))}")
        now = self._clock.now()
        return {
            subject.user_id: frozenset(
                rule.id
                for rule in known.values()
                if rule.enabled
                and rule.criteria is not None
                and matches(rule.criteria, {"user_id": subject.user_id, **subject.attributes}, now)
            )
            for subject in subjects
        }

    def _read(self) -> list[WrittenRule]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[WrittenRule])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError) as error:
            raise DependencyDownError(NAME, f"the rules file cannot be read: {error}") from error


def as_rule(written: WrittenRule) -> Rule:
    """DependencyDownError when the criteria are not in our grammar: a rule that is half understood is not applied."""
    try:
        criteria = None if written.criteria is None else parse(written.criteria)
    except DomainError as error:
        raise DependencyDownError(NAME, f"the rule {written.id} has criteria that cannot be read") from error
    if written.kind not in ("targeting", "personalization", "scheduling"):
        raise DependencyDownError(NAME, f"the rule {written.id} is of unknown kind {written.kind!r}")
    return Rule(
        id=written.id,
        name=written.name,
        enabled=written.enabled,
        kind=written.kind,  # type: ignore[arg-type] # one of the three by now
        version=written.version,
        criteria=criteria,
        hours=_hours(written),
    )


def _hours(written: WrittenRule) -> RuleHours | None:
    said = written.schedule
    if written.kind != "scheduling" or said is None:
        return None
    if not is_zone(said.timezone):
        raise DependencyDownError(NAME, f"the rule {written.id} is for an unknown zone {said.timezone!r}")
    return RuleHours(
        rule_id=written.id, timezone=said.timezone, windows=said.windows, blackout_dates=said.blackout_dates
    )
