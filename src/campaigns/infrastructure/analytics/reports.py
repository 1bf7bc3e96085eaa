"""Figures reported by others, and conversions that wait for their attribution."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from campaigns.application.analytics.reporting import Conversion, MetricReport, ReportTakenError
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS, NO_CHANNEL, NO_VARIANT
from campaigns.domain.shared.errors import NotFoundError
from campaigns.infrastructure.analytics.figure_statements import EXISTS
from campaigns.infrastructure.postgres.database import Database

_ADD_REPORT = """
    insert into metric_reports (tenant_id, campaign_id, report_id, fingerprint, at, channel, variant, impressions,
        clicks, conversions, revenue, cost, currency, received_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"""
_FINGERPRINT = "select fingerprint from metric_reports where campaign_id = %s and report_id = %s"
_ADD_CONVERSION = """
    with added as (
      insert into conversions (tenant_id, source_event_id, user_id, event_type, at, amount, currency, campaign_id,
          received_at)
      select %s, given.*, %s::timestamptz
        from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::numeric[], %s::text[], %s::uuid[])
          as given
      on conflict do nothing returning 1)
    select count(*), pg_notify('work', '') from added"""


_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a repetition may come later: only the figures are compared


class PostgresMetricReports:
    """`MetricReports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, campaign_id: UUID, report: MetricReport, caller: Caller, received_at: datetime) -> bool:
        fingerprint = hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(report, at=_ANY_TIME))).digest()
        async with self._database.tenant(caller.tenant_id) as connection:
            if await (await connection.execute(EXISTS, {"campaign": campaign_id})).fetchone() is None:
                raise NotFoundError(f"There is no campaign {campaign_id}")
            row = _row(campaign_id, report, caller, fingerprint)
            added = await connection.execute(_ADD_REPORT, (*row, received_at))
            if added.rowcount:
                return True
            present = await (await connection.execute(_FINGERPRINT, (campaign_id, report.report_id))).fetchone()
        if present is None or bytes(present[0]) != fingerprint:
            raise ReportTakenError(f"The report {report.report_id!r} was already given, with other figures")
        return False


class PostgresConversions:
    """`Conversions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, conversions: Sequence[Conversion], caller: Caller, received_at: datetime) -> int:
        columns = [
            [getattr(conversion, name) for conversion in conversions]
            for name in ("event_id", "user_id", "event_type", "at", "value", "currency", "campaign_id")
        ]
        async with self._database.tenant(caller.tenant_id) as connection:
            added = await connection.execute(_ADD_CONVERSION, (caller.tenant_id, received_at, *columns))
            row = await added.fetchone()
        return int(row[0]) if row else 0


def _row(campaign_id: UUID, report: MetricReport, caller: Caller, fingerprint: bytes) -> tuple[object, ...]:
    money = report.revenue or report.cost
    return (
        caller.tenant_id,
        campaign_id,
        report.report_id,
        fingerprint,
        report.at,
        CHANNEL_NUMBERS[report.channel] if report.channel else NO_CHANNEL,
        NO_VARIANT,
        report.impressions,
        report.clicks,
        report.conversions,
        report.revenue.amount if report.revenue else None,
        report.cost.amount if report.cost else None,
        money.currency if money else None,
    )
