"""How one definition becomes another: what changed, and how to apply it."""

from datetime import datetime
from typing import Any

import msgspec

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import ConfigurationError
from campaigns.domain.campaign.values import Change, Schedule
from campaigns.domain.shared.errors import Violation


def changes(before: Definition, wanted: Definition) -> dict[str, Change]:
    """Top-level fields that differ, before and after, as JSON values."""
    old, new = plain(before), plain(wanted)
    return {name: Change(old[name], new[name]) for name in new if old[name] != new[name]}


def changed(definition: Definition, revised: dict[str, Change]) -> Definition:
    """The definition after these changes."""
    return msgspec.convert(plain(definition) | {name: change.new for name, change in revised.items()}, Definition)


def rescheduled(definition: Definition, start: datetime, timezone: str | None) -> Definition:
    """The definition with another planned start, the rest of its schedule kept."""
    schedule = definition.schedule or Schedule()
    moved = msgspec.structs.replace(schedule, at=start, timezone=timezone or schedule.timezone)
    return msgspec.structs.replace(definition, schedule=moved)


def plain(definition: Definition) -> dict[str, Any]:
    """The definition as plain JSON values."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(definition))
    return values


def require_unsettled(before: Definition, wanted: Definition, *, draft: bool, launched: bool) -> None:
    """Refuse to change what people's experience already rests on."""
    settled = list[Violation]()
    if not draft and wanted.mode is not before.mode:
        settled.append(Violation("/mode", "the mode is settled once a campaign has left its draft"))
    if launched and wanted.holdout_percentage != before.holdout_percentage:
        settled.append(Violation("/holdout_percentage", "the holdout is settled by the first launch"))
    if launched and wanted.holdout_strata != before.holdout_strata:
        settled.append(Violation("/holdout_strata", "what the holdout is drawn by is settled by the first launch"))
    if launched and _question(before) != _question(wanted):
        settled.append(Violation("/experiment", "what a test asks, and of whom, is settled by the first launch"))
    if launched and before.experiment is not None and _arms(before) != _arms(wanted):
        settled.append(Violation("/variants", "the variants of a test and their shares are settled at launch"))
    if settled:
        raise ConfigurationError("What people already received cannot be unsettled", tuple(settled))


def _question(definition: Definition) -> Any:
    """Whoever changes the question after seeing answers proves nothing; how long to wait, and for whom, may change."""
    asked = definition.experiment
    return asked and (asked.criterion, asked.test_sample_percentage, asked.confidence, asked.min_sample)


def _arms(definition: Definition) -> Any:
    return [(one.variant_id, one.allocation_percentage, one.is_control) for one in definition.variants]
