"""A real experiment once more, through the running service: 64,000 customers, two mailings, and a control without any.

Whom a campaign puts where follows from its id and the user id. So each customer gets a user id that falls to the arm
where chance had put them in 2008. Visits and purchases come as clicks and orders, shuffled and a tenth of them twice.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.domain.experiment.hillstrom import CONTROL, MENS, WOMENS, customers
from tests.support import waiting
from tests.support.running_service import Tenant
from xxhash import xxh3_128_digest

from campaigns.domain.audience.allocation import buckets
from campaigns.domain.shared.ids import CampaignId, UserId

Json = dict[str, Any]
Customer = Mapping[str, str]

_POST = 1_000
_PATIENCE = 120.0
# A test sample of half makes the mailings as large as the control, to the last bucket.
_ARMS = {MENS: range(4_000), WOMENS: range(4_000, 8_000), CONTROL: range(8_000, 10_000)}
_SAMPLE = 5_000
_CAMPAIGN = {
    "name": "Spring 2008",
    "mode": "one_time",
    "audience": {"include": [{"criteria": {"field": "user_id", "operator": "exists"}}]},
    "channels": [{"channel_type": "in_app", "content": {"title": "Spring", "body": "Hello"}}],
    "variants": [
        {"name": MENS, "allocation_percentage": 40},
        {"name": WOMENS, "allocation_percentage": 40},
        {"name": CONTROL, "allocation_percentage": 20, "is_control": True},
    ],
}


class Replay:
    """One campaign among all customers."""

    def __init__(self, client: httpx.Client, rows: Sequence[Customer], chance: random.Random) -> None:
        self.client, self.chance = client, chance
        self.path, self.people, self.mailed = "", dict[str, Customer](), dict[str, Json]()
        self._rows = rows

    def launch(self, criterion: str = "conversion_rate", event_type: str = "order.completed") -> None:
        experiment = {"criterion": criterion, "test_sample_percentage": 50}
        conversion = {"event_type": event_type, "window_days": 7, "model": "last_touch"}
        made = self._told("/api/v1/campaigns", {**_CAMPAIGN, "experiment": experiment, "conversion": conversion})
        self.path = f"/api/v1/campaigns/{made['id']}"
        self.people = dict(_placed(CampaignId(made["id"]), self._rows))
        self._import()
        self._told(f"{self.path}/start", {})
        self.until(
            lambda: [run for run in self.get("/executions")["executions"] if run["accounting"]["sent"] == 42_694]
        )

        answer = self.client.get(f"{self.path}/recipients?format=csv&state=sent", timeout=60)
        self.mailed = {line["user_id"]: line for line in csv.DictReader(io.StringIO(answer.text))}

    def deliver(self) -> None:
        self._report([{"message_id": line["message_id"], "type": "delivered"} for line in self.mailed.values()])

    def click(self) -> None:
        clicked = [line["message_id"] for user, line in self.mailed.items() if self.people[user]["visit"] == "1"]
        self._report([self._click(message) for message in clicked])

    def _click(self, message: str) -> Json:
        # Some time after it came: who clicks within a second is taken for a machine.
        at = datetime.now(UTC) + timedelta(minutes=self.chance.uniform(1, 600))
        return {"message_id": message, "type": "clicked", "event_id": f"click-{message}", "at": at.isoformat()}

    def tell(self, outcome: str, event_type: str) -> None:
        """Whatever customers did, with what they spent."""
        did = {user: row["spend"] for user, row in self.people.items() if row[outcome] == "1"}
        self._each("/api/v1/events", [_event(user, event_type, spend) for user, spend in did.items()])

    def converted(self, count: int) -> Json:
        """The test, once so many of its people converted."""

        def seen() -> Json | None:
            test = self.get("/ab-test")
            return test if sum(arm["successes"] for arm in test["variants"]) == count else None

        return dict(self.until(seen))

    def until(self, holds: Callable[[], Any]) -> Any:
        return waiting.until(holds, patience=_PATIENCE)

    def get(self, what: str) -> Json:
        answer = self.client.get(self.path + what)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _report(self, events: list[Json]) -> None:
        self._each("/api/v1/feedback/replay", events)

    def _each(self, path: str, events: list[Json]) -> None:
        told = [*events, *self.chance.sample(events, len(events) // 10)]
        self.chance.shuffle(told)
        for first in range(0, len(told), _POST):
            self._told(path, {"events": told[first : first + _POST]})

    def _import(self) -> None:
        lines = io.StringIO()
        writer = csv.DictWriter(lines, ["user_id", *self._rows[0]])
        writer.writeheader()
        writer.writerows({"user_id": user, **row} for user, row in self.people.items())
        files = {"file": ("customers.csv", lines.getvalue().encode())}
        job = self.client.post("/api/v1/audience/imports", data={"dataset": "people"}, files=files, timeout=60).json()
        path = f"/api/v1/audience/imports/{job['id']}"
        ended = self.until(
            lambda: (seen := self.client.get(path).json())["status"] not in ("pending", "running") and seen
        )
        assert (ended["status"], ended["imported"]) == ("completed", 64_000)

    def _told(self, path: str, body: Json) -> Json:
        answer = self.client.post(path, json=body, timeout=60)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())


def _event(user: str, kind: str, spend: str) -> Json:
    money = {"value": spend, "currency": "USD"} if float(spend) else {}
    return {"event_id": f"{kind}-{user}", "event_type": kind, "user_id": user, **money}


def _placed(campaign_id: CampaignId, rows: Sequence[Customer]) -> Iterator[tuple[str, Customer]]:
    """Each customer under the first of their user ids that falls to the right arm."""
    for number, row in enumerate(rows):
        names = (f"c{number:05d}-{attempt}" for attempt in range(10_000))
        yield next(name for name in names if _falls_to(campaign_id, name, row["segment"])), row


def _falls_to(campaign_id: CampaignId, user: str, arm: str) -> bool:
    drawn = buckets(campaign_id, UserId(user), xxh3_128_digest)
    return drawn.variant in _ARMS[arm] and (arm == CONTROL or drawn.sample < _SAMPLE)


@pytest.fixture(scope="module")
def rows() -> list[Customer]:
    return customers()


@pytest.fixture
def replay(tenant: Tenant, rows: list[Customer], request: pytest.FixtureRequest) -> Replay:
    """Everybody was written to, and every message arrived."""
    begun = Replay(tenant.client, rows, random.Random(2008))
    begun.launch(**getattr(request, "param", {}))
    begun.deliver()
    return begun


def test_purchases_rates_and_what_follows_are_those_of_the_readme(replay: Replay) -> None:
    assert len(replay.mailed) == 21_307 + 21_387
    assert all(line["variant"] == replay.people[user]["segment"] for user, line in replay.mailed.items())
    replay.click()
    replay.tell("conversion", "order.completed")
    test = replay.converted(578)
    arms = {arm["name"]: arm for arm in test["variants"]}
    assert {name: _told(arm) for name, arm in arms.items()} == {
        CONTROL: "21,306: 122 (0.573 %)",
        MENS: "21,307: 267 (1.253 %)",
        WOMENS: "21,387: 189 (0.884 %)",
    }
    assert f"{test['mismatch_p']:.3f}" == "0.904"
    assert _look(arms[MENS]) == "+0.681 points, 95 % CI [+0.500, +0.861], p = 1.5e-13"
    assert _look(arms[WOMENS]) == "+0.311 points, 95 % CI [+0.150, +0.472], p = 1.6e-04"
    assert (test["decision"]["outcome"], test["decision"]["winner"]) == ("winner", MENS)
    _tells_the_mailings(replay)


def _tells_the_mailings(replay: Replay) -> None:
    """Clicks are those of visitors who got a message; revenue is what messages led to, without the control's."""
    replay.until(lambda: replay.get("/metrics")["totals"]["clicked"] == 3_894 + 3_238)
    parts = {part["variant"]: part["metrics"] for part in replay.get("/metrics?breakdown_by=variant")["breakdown"]}
    told = {name: (parts[name]["clicked"], parts[name]["revenue"]) for name in (MENS, WOMENS)}
    assert told == {MENS: (3_894, {"USD": "30311.69"}), WOMENS: (3_238, {"USD": "23038.11"})}
    assert replay.get("/metrics")["totals"]["revenue"] == {"USD": "53349.80"}


@pytest.mark.parametrize("replay", [{"criterion": "revenue_per_recipient"}], indirect=True, ids=["revenue"])
def test_revenue_of_each_arm_is_that_of_the_readme(replay: Replay) -> None:
    replay.tell("conversion", "order.completed")
    test = replay.converted(578)
    spend = {arm["name"]: round(arm["figure"]["value"] * arm["people"], 2) for arm in test["variants"]}
    assert spend == {CONTROL: 13_908.33, MENS: 30_311.69, WOMENS: 23_038.11}


@pytest.mark.parametrize("replay", [{"event_type": "shop.visited"}], indirect=True, ids=["visits"])
def test_visits_of_each_arm_are_those_of_the_readme(replay: Replay) -> None:
    replay.tell("visit", "shop.visited")
    test = replay.converted(9_394)
    assert {arm["name"]: _told(arm) for arm in test["variants"]} == {
        CONTROL: "21,306: 2262 (10.617 %)",
        MENS: "21,307: 3894 (18.276 %)",
        WOMENS: "21,387: 3238 (15.140 %)",
    }


def _told(arm: Json) -> str:
    return f"{arm['people']:,}: {arm['successes']} ({arm['figure']['value']:.3%})".replace("%", " %")


def _look(arm: Json) -> str:
    look = arm["once_over_control"]
    points = [100 * look["difference"][part] for part in ("value", "low", "high")]
    return "{:+.3f} points, 95 % CI [{:+.3f}, {:+.3f}], p = {:.1e}".format(*points, look["p_value"])
