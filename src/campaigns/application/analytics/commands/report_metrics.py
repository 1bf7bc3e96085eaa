"""Add figures that somebody else counted."""

from uuid import UUID

from campaigns.application.analytics.reporting import MetricReport, MetricReports
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.money import Money


class ReportMetrics(Command, frozen=True, kw_only=True):
    campaign_id: UUID
    report: MetricReport


class ReportMetricsHandler:
    def __init__(self, reports: MetricReports, clock: Clock) -> None:
        self._reports = reports
        self._clock = clock

    async def __call__(self, command: ReportMetrics) -> bool:
        """Whether the report is new."""
        _require_usable(command.report)
        return await self._reports.add(command.campaign_id, command.report, command.caller, self._clock.now())


def _require_usable(report: MetricReport) -> None:
    broken = [*_problems("/revenue", report.revenue), *_problems("/cost", report.cost)]
    if report.revenue and report.cost and report.revenue.currency != report.cost.currency:
        broken.append(Violation("/cost/currency", "revenue and cost of one report are in one currency"))
    if broken:
        raise InvalidError("The report cannot be used", tuple(broken))


def _problems(pointer: str, money: Money | None) -> list[Violation]:
    return [Violation(pointer, problem) for problem in money.problems()] if money else []
