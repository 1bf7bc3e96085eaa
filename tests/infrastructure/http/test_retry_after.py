"""When a service asks to be left alone."""

import pytest

from campaigns.infrastructure.http.retry_after import LONGEST, retry_after

DATE = "Fri, 01 Jan 2027 09:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "999999999"}, LONGEST),
        ({"retry-after": "Fri, 01 Jan 2027 09:02:00 GMT", "date": DATE}, 120.0),
        ({"retry-after": "Fri, 01 Jan 2027 08:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "\uff11\uff17"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_it_is_read_as_seconds_or_as_an_instant(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
