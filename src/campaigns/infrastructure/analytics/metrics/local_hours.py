"""Hours as the campaign's zone counts them: not everywhere do they begin with those of UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_HOUR = 3_600
Seconds = NDArray[np.int64]


def local_hours(quarters: Seconds, zone: str) -> Seconds:
    """The beginning of the hour in the zone, of quarters of an hour in seconds since 1970."""
    distinct, places = np.unique(quarters, return_inverse=True)
    begun = np.array([_hour(quarter, zone) for quarter in distinct.tolist()], np.int64)
    return begun[places]


@lru_cache(65_536)
def _hour(quarter: int, zone: str) -> int:
    offset = datetime.fromtimestamp(quarter, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    ahead = int(offset.total_seconds()) % _HOUR if offset else 0
    return (quarter + ahead) // _HOUR * _HOUR - ahead
