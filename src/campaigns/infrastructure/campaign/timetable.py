"""Whose time has come, from the read model."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files

import msgspec

from campaigns.application.campaign.ports import TimetableEntry
from campaigns.domain.campaign.values import Mode, Schedule, Status
from campaigns.infrastructure.postgres.database import Database

_DUE = files("campaigns.infrastructure.campaign").joinpath("timetable.sql").read_bytes()


class PostgresTimetable:
    """Reads as the system: time passes for every tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> AsyncIterator[TimetableEntry]:
        async for entry in self._entries(now):
            yield entry

    async def coming(self) -> AsyncIterator[TimetableEntry]:
        async for entry in self._entries(datetime.max.replace(tzinfo=UTC)):
            if entry.status in (Status.SCHEDULED, Status.ACTIVE):
                yield entry

    async def _entries(self, now: datetime) -> AsyncIterator[TimetableEntry]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_DUE, {"now": now})).fetchall()
        for tenant_id, campaign_id, mode, status, starts_at, ends_at, schedule, planned_until, anchor in rows:
            yield TimetableEntry(
                tenant_id=tenant_id,
                campaign_id=campaign_id,
                mode=Mode(mode),
                status=Status(status),
                starts_at=starts_at,
                ends_at=ends_at,
                schedule=msgspec.json.decode(schedule, type=Schedule) if schedule else None,
                planned_until=planned_until,
                anchor=anchor,
            )
