"""The runs of a schedule, foretold over a real socket."""

from datetime import datetime
from typing import Any

import pytest
from tests.interfaces.campaign.bodies import minimal, ready
from tests.support.running_service import Tenant


def preview(tenant: Tenant, body: dict[str, Any], **asked: Any) -> tuple[int, dict[str, Any]]:
    made = tenant.client.post("/api/v1/campaigns", json=body)
    assert made.status_code == 201, made.text
    answer = tenant.client.get(f"/api/v1/campaigns/{made.json()['id']}/schedule/preview", params=asked)
    return answer.status_code, answer.json()


def recurring(**schedule: Any) -> dict[str, Any]:
    return ready("recurring", schedule={"timezone": "Europe/Paris"} | schedule)


def test_a_draft_tells_its_next_runs_in_utc_and_in_its_zone(tenant: Tenant) -> None:
    start = "2031-03-29T00:00:00+01:00"
    body = recurring(cron="30 2 * * *") | {"start_date": start}
    status, told = preview(tenant, body, count=3)
    assert status == 200
    assert [run["planned_for"] for run in told["runs"]] == [
        "2031-03-29T01:30:00Z", "2031-03-30T01:00:00Z", "2031-03-31T00:30:00Z",
    ]  # fmt: skip
    assert told["runs"][1]["local"] == "2031-03-30T03:00:00+02:00"
    assert told["runs"][1]["remarks"] == [
        "on this day the clock goes forward by 60 minutes at 02:00",
        "02:30 is left out on this day; the run begins at 03:00",
    ]
    assert told["remarks"] == [
        "a start that is missed is made up for, at most 60 minutes late; after that it is let go"
    ]


def test_a_run_outside_the_windows_tells_when_its_first_message_leaves(tenant: Tenant) -> None:
    start = "2031-01-03T00:00:00Z"  # a Friday
    body = recurring(cron="0 20 * * fri", timezone="UTC", exclude_weekends=True,
                     windows=[{"days": ["mon", "fri"], "start": "09:00", "end": "17:00"}]) | {"start_date": start}  # fmt: skip
    _, told = preview(tenant, body, count=1)
    assert told["runs"][0]["first_message"] == "2031-01-06T09:00:00Z"
    assert told["runs"][0]["remarks"] == ["no send window is open then; the first message leaves at 2031-01-06 09:00"]


def test_no_run_is_told_of_that_comes_after_the_end(tenant: Tenant) -> None:
    body = recurring(cron="0 9 * * *", timezone="UTC")
    body |= {"start_date": "2031-01-01T00:00:00Z", "end_date": "2031-01-03T09:00:00Z"}
    _, told = preview(tenant, body, count=9)
    assert [run["planned_for"][:10] for run in told["runs"]] == ["2031-01-01", "2031-01-02"]
    assert told["ends_at"] == "2031-01-03T09:00:00Z"


def test_people_s_own_clocks_are_told_of(tenant: Tenant) -> None:
    at = "2031-01-01T09:00:00-05:00"
    schedule = {"at": at, "timezone": "America/New_York", "at_recipient_local_time": True}
    _, told = preview(tenant, ready("one_time", schedule=schedule))
    (run,) = told["runs"]
    assert (run["planned_for"], run["last_zone"]) == ("2030-12-31T19:00:00Z", "2031-01-01T21:00:00Z")
    assert run["remarks"] == ["everybody is written to when their own clock shows 2031-01-01 09:00"]
    assert told["at_recipient_local_time"] is True


@pytest.mark.parametrize(("mode", "remark"), [("always_on", "sends nothing by itself"), ("triggered", "when events")])
def test_what_the_clock_does_not_move_has_no_runs(tenant: Tenant, mode: str, remark: str) -> None:
    status, told = preview(tenant, ready(mode))
    assert (status, told["runs"]) == (200, [])
    assert remark in told["remarks"][0]


def test_a_schedule_that_cannot_be_read_is_refused_by_its_field(tenant: Tenant) -> None:
    status, problem = preview(tenant, minimal(mode="recurring", schedule={"cron": "every day at nine"}))
    assert (status, problem["errors"][0]["pointer"]) == (422, "/schedule/cron")


@pytest.mark.parametrize("count", [0, 101, "many"])
def test_a_count_out_of_bounds_is_refused(tenant: Tenant, count: Any) -> None:
    status, problem = preview(tenant, recurring(cron="0 9 * * *"), count=count)
    assert (status, problem["code"]) == (400, "request.malformed")


def test_a_live_campaign_tells_what_is_to_come(tenant: Tenant) -> None:
    made = tenant.client.post("/api/v1/campaigns", json=recurring(cron="0 9 * * *")).json()
    tenant.client.post(f"/api/v1/campaigns/{made['id']}/activate").raise_for_status()
    told = tenant.client.get(f"/api/v1/campaigns/{made['id']}/schedule/preview", params={"count": 2}).json()
    first, second = (datetime.fromisoformat(run["planned_for"]) for run in told["runs"])
    assert datetime.now(first.tzinfo) < first < second
    assert told["status"] == "active"
