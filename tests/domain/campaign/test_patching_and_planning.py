"""What a patch keeps, what it is told when it does not fit, and how planned runs are named."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from time import tzset
from uuid import UUID

import pytest
from tests.domain.campaign.given import CAMPAIGN, ready, refusal
from tests.domain.campaign.test_launch_readiness import variant

from campaigns.domain.campaign.events import CampaignDeleted
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.merge_patch import merge, patched
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.shared.errors import Violation

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
PRESENT = ready(variants=(variant(1, 100),))


def test_a_part_written_without_its_id_keeps_the_one_it_has() -> None:
    written = {"variants": [{"name": "V1", "allocation_percentage": 50}, {"name": "New", "allocation_percentage": 50}]}
    ids = [part.variant_id for part in patched(PRESENT, written, lambda: UUID(int=99)).variants]
    assert ids == [UUID(int=1), UUID(int=99)]


@pytest.mark.parametrize(
    ("patch", "violation"),
    [
        ({"tags": 5}, Violation("/tags", "must be a list, not a whole number")),
        ({"variants": [{"name": 5}]}, Violation("/variants/0/name", "must be a text, not a whole number")),
        ({"name": None}, Violation("/name", "is missing")),
        ({"schedule": {"colour": 1}}, Violation("/schedule/colour", "is not a field here")),
        ({"colour": 1}, Violation("/colour", "is not a field here")),
    ],
)
def test_a_patch_that_does_not_fit_is_told_where(patch: dict[str, object], violation: Violation) -> None:
    error = refusal(lambda: patched(PRESENT, patch, lambda: UUID(int=99)))
    assert (error.detail, error.violations) == ("The patch does not fit a campaign", (violation,))


def test_null_takes_away_and_what_is_not_there_is_not_missed() -> None:
    assert merge({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "x": None, "b": {"c": None}}) == {"b": {"d": 3}}


def test_an_object_replaces_what_is_none() -> None:
    assert merge({"a": [1]}, {"a": {"b": None, "c": 1}}) == {"a": {"c": 1}}
    assert merge([1], {"a": 1}) == {"a": 1}


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone is another than UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_a_run_has_one_id_whatever_zone_its_instant_is_written_in() -> None:
    here = planned_execution_id(CAMPAIGN, NOON)
    there = planned_execution_id(CAMPAIGN, NOON.astimezone(timezone(timedelta(hours=9))))
    assert here == there == UUID("3ea68e85-d93f-559f-9162-7a2135986d60")


def test_a_stream_that_begins_in_its_middle_is_named() -> None:
    with pytest.raises(LookupError, match=r"^a stream begins with CampaignCreated, not CampaignDeleted$"):
        evolve(None, CampaignDeleted(at=NOON, by="anna"))
