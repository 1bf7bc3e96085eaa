"""When messages may leave, by the hours that delivery itself keeps."""

from datetime import datetime

from campaigns.domain.campaign.values import Schedule
from campaigns.domain.delivery.errors import NeverOpenError
from campaigns.domain.delivery.windows import OpeningHours
from campaigns.infrastructure.campaign.recurrence import clock_of


class DeliveryHours:
    """`SendingHours`."""

    def first_open(self, schedule: Schedule, at: datetime) -> datetime | None:
        hours = OpeningHours(
            windows=schedule.windows, zone=clock_of(schedule).key, exclude_weekends=schedule.exclude_weekends
        )
        try:
            return hours.next_open(at)
        except NeverOpenError:
            return None
