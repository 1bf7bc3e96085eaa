"""When nobody is disturbed, by the wall clock of a zone, and when that ends."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.domain.trigger.rules import QuietHours


def quiet_until(quiet: QuietHours, zone: str, at: datetime) -> datetime | None:
    """The end of the quiet hours that `at` lies in (UTC); None outside them. Equal hours leave no quiet at all."""
    local = at.astimezone(ZoneInfo(zone))
    if not _is_quiet(quiet, local.hour):
        return None
    end = datetime.combine(local.date(), time(quiet.end_hour), local.tzinfo)
    if end.replace(tzinfo=None) <= local.replace(tzinfo=None):
        end += timedelta(days=1)
    ends = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((one for one in ends if one > at), at)  # in a repeated hour the wall clock says the end twice


def _is_quiet(quiet: QuietHours, hour: int) -> bool:
    if quiet.start_hour <= quiet.end_hour:
        return quiet.start_hour <= hour < quiet.end_hour
    return hour >= quiet.start_hour or hour < quiet.end_hour
