"""Writing, reading and finding campaigns over a real socket."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.interfaces.campaign.bodies import AUDIENCE, MAIL, minimal, ready
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import until

CAMPAIGNS = "/api/v1/campaigns"
FULL: dict[str, Any] = {
    "name": "New Year 2027",
    "description": "Fireworks",
    "type": "promotion",
    "mode": "one_time",
    "start_date": "2027-01-01T00:00:00Z",
    "end_date": None,
    "schedule": {
        "at": "2027-01-01T09:00:00-05:00",
        "cron": None,
        "frequency": "once",
        "timezone": "America/New_York",
        "windows": [{"days": ["mon", "tue"], "start": "09:00", "end": "17:00"}],
        "exclude_weekends": False,
        "misfire": "send",
    },
    "throttle": {"per_minute": 1000, "per_hour": None, "per_day": None},
    "audience": {
        "include": [
            {"segment_id": str(uuid4())},
            {"criteria": {"field": "country", "operator": "equals", "value": "DE"}},
            {"user_ids": ["u1"]},
        ],
        "exclude": [],
        "excluded_users": [],
        "targeting_rules": [str(uuid4())],
        "filters": None,
        "test_groups": [],
    },
    "holdout_percentage": 5,
    "channels": [
        {
            "channel_type": "email",
            "enabled": True,
            "priority": 0,
            "content": {
                "subject": "Happy New Year, {{ first_name | default: 'friend' }}",
                "body_html": "<p>…</p>",
                "body_text": "…",
                "sender_name": "Acme",
                "sender_email": "news@acme.example",
                "reply_to": None,
            },
            "template_id": None,
            "locales": {"kk": {"subject": "…"}},
        }
    ],
    "variants": [{"name": "A", "allocation_percentage": 50, "is_control": False, "channels": []}],
    "experiment": None,
    "triggers": [],
    "budget": {"amount": "1000.00", "currency": "USD"},
    "conversion": {"event_type": "order.completed", "window_days": 7, "model": "last_touch"},
    "tags": ["new-year"],
    "metadata": {},
}


def created(tenant: Tenant, body: dict[str, Any] | None = None) -> dict[str, Any]:
    response = tenant.client.post(CAMPAIGNS, json=body or minimal())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    document: dict[str, Any] = response.json()
    assert document["code"] == code, document
    return document


def pointers(document: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in document["errors"]]


def test_a_name_is_enough(tenant: Tenant) -> None:
    response = tenant.client.post(CAMPAIGNS, json={"name": "Spring"})
    assert response.status_code == 201
    campaign = response.json()
    assert response.headers["etag"] == '"1"'
    assert response.headers["location"] == f"{CAMPAIGNS}/{campaign['id']}"
    assert (campaign["type"], campaign["mode"], campaign["status"]) == ("promotion", "always_on", "draft")
    assert (campaign["version"], campaign["approval"]) == (1, "none")
    assert {"activate", "update", "delete"} <= set(campaign["allowed_actions"])
    assert {"created_by", "created_at", "updated_at", "metrics"} <= campaign.keys()


def test_what_is_written_is_read_again(tenant: Tenant) -> None:
    campaign = created(tenant, FULL)
    read = tenant.client.get(f"{CAMPAIGNS}/{campaign['id']}").json()
    assert read == campaign
    for field in FULL.keys() - {"schedule", "throttle", "audience", "channels", "variants", "experiment"}:
        assert read[field] == FULL[field], field
    assert read["schedule"]["windows"] == FULL["schedule"]["windows"]
    assert datetime.fromisoformat(read["schedule"]["at"]) == datetime.fromisoformat(FULL["schedule"]["at"])
    assert read["audience"]["include"] == FULL["audience"]["include"]
    assert read["targeting_rules"] == read["audience"]["targeting_rules"] == FULL["audience"]["targeting_rules"]
    assert read["variants"][0]["variant_id"]


def test_the_flat_fields_of_a_simple_campaign_work(tenant: Tenant) -> None:
    rule = str(uuid4())
    body = minimal(
        type="loyalty",
        targeting_rules=[rule],
        start_date="2027-01-01T00:00:00Z",
        end_date="2027-02-01T00:00:00Z",
        budget={"amount": "10", "currency": "EUR"},
        settings={"frequency_cap": 3},
    )
    campaign = created(tenant, body)
    assert campaign["audience"]["targeting_rules"] == [rule]
    assert campaign["settings"] == {"frequency_cap": 3}


def test_targeting_rules_in_two_places_contradict_each_other(tenant: Tenant) -> None:
    body = minimal(targeting_rules=[str(uuid4())], audience={"targeting_rules": [str(uuid4())]})
    answer = problem(tenant.client.post(CAMPAIGNS, json=body), 400, "request.malformed")
    assert pointers(answer) == ["/targeting_rules"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"nmae": "x"}, "/nmae"),
        ({"name": 3}, "/name"),
        ({"mode": "sometimes"}, "/mode"),
        ({"start_date": "2027-01-01T00:00:00"}, "/start_date"),
        ({"budget": {"amount": "many", "currency": "EUR"}}, "/budget/amount"),
    ],
)
def test_what_does_not_fit_is_named(tenant: Tenant, fields: dict[str, Any], pointer: str) -> None:
    answer = problem(tenant.client.post(CAMPAIGNS, json=minimal() | fields), 400, "request.malformed")
    assert pointers(answer) == [pointer]


def test_every_broken_rule_is_named(tenant: Tenant) -> None:
    body = {"name": " ", "description": "x" * 2001, "holdout_percentage": 21}
    answer = problem(tenant.client.post(CAMPAIGNS, json=body), 422, "campaign.invalid_configuration")
    assert pointers(answer) == ["/name", "/description", "/holdout_percentage"]


def test_a_name_is_taken_once_whatever_its_case(tenant: Tenant) -> None:
    first = created(tenant, {"name": "Spring Sale"})
    problem(tenant.client.post(CAMPAIGNS, json={"name": " SPRING sale"}), 409, "campaign.name_taken")
    other = created(tenant)
    problem(tenant.client.patch(f"{CAMPAIGNS}/{other['id']}", json={"name": "spring sale"}), 409, "campaign.name_taken")
    assert tenant.client.delete(f"{CAMPAIGNS}/{first['id']}").status_code == 204
    created(tenant, {"name": "spring sale"})


def test_a_patch_merges_and_null_takes_back(tenant: Tenant) -> None:
    campaign = created(tenant, FULL | {"name": f"P {uuid4().hex}"})
    url = f"{CAMPAIGNS}/{campaign['id']}"
    patch = {"description": None, "schedule": {"timezone": "Europe/Paris"}, "tags": ["a"], "targeting_rules": []}
    answer = tenant.client.patch(url, json=patch)
    assert answer.status_code == 200, answer.text
    patched = answer.json()
    assert (patched["description"], patched["tags"], patched["targeting_rules"]) == (None, ["a"], [])
    assert patched["schedule"] == campaign["schedule"] | {"timezone": "Europe/Paris"}
    assert patched["variants"] == campaign["variants"]
    assert patched["version"] == 2
    assert tenant.client.patch(url, json={}).json()["version"] == 2


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"nmae": "x"}, "/nmae"),
        ({"name": None}, "/name"),
        ({"tags": "a"}, "/tags"),
        ({"holdout_percentage": "5"}, "/holdout_percentage"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(tenant: Tenant, patch: dict[str, Any], pointer: str) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    answer = problem(tenant.client.patch(url, json=patch), 400, "request.malformed")
    assert pointers(answer) == [pointer]


def test_replacing_goes_back_to_defaults_and_keeps_the_ids_of_parts(tenant: Tenant) -> None:
    campaign = created(tenant, FULL | {"name": f"R {uuid4().hex}"})
    body = {"name": campaign["name"], "variants": [{"name": "A", "allocation_percentage": 10}]}
    replaced = tenant.client.put(f"{CAMPAIGNS}/{campaign['id']}", json=body).json()
    assert (replaced["mode"], replaced["tags"], replaced["holdout_percentage"]) == ("always_on", [], 0)
    assert replaced["variants"][0]["variant_id"] == campaign["variants"][0]["variant_id"]


def test_an_older_version_is_not_overwritten(tenant: Tenant) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    assert tenant.client.patch(url, json={"tags": ["a"]}, headers={"If-Match": '"1"'}).status_code == 200
    stale = tenant.client.patch(url, json={"tags": ["b"]}, headers={"If-Match": '"1"'})
    problem(stale, 412, "campaign.version_conflict")
    problem(tenant.client.post(f"{url}/activate", headers={"If-Match": '"1"'}), 412, "campaign.version_conflict")
    problem(tenant.client.delete(url, headers={"If-Match": '"1"'}), 412, "campaign.version_conflict")


def test_a_campaign_is_read_as_it_was(tenant: Tenant) -> None:
    campaign = created(tenant)
    url = f"{CAMPAIGNS}/{campaign['id']}"
    tenant.client.patch(url, json={"tags": ["later"]})
    for as_of in ("1", campaign["created_at"]):
        then = tenant.client.get(url, params={"as_of": as_of})
        assert then.status_code == 200, then.text
        assert (then.json()["version"], then.json()["tags"]) == (1, [])
        assert then.headers["etag"] == '"1"'
    assert tenant.client.get(url, params={"as_of": "99"}).json()["version"] == 2
    problem(tenant.client.get(url, params={"as_of": "2020-01-01T00:00:00Z"}), 404, "campaign.not_found")


@pytest.mark.parametrize("as_of", ["0", "-1", "yesterday", "2027-01-01T00:00:00", "99999999999", "²"])
def test_an_as_of_that_cannot_be_read_is_named(tenant: Tenant, as_of: str) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    assert pointers(problem(tenant.client.get(url, params={"as_of": as_of}), 400, "request.malformed")) == ["/as_of"]


def test_the_history_says_who_did_what(tenant: Tenant) -> None:
    campaign = created(tenant)
    url = f"{CAMPAIGNS}/{campaign['id']}"
    tenant.client.patch(url, json={"tags": ["a"]}, headers={"X-Correlation-ID": "because-1"})
    tenant.client.delete(url)
    history = tenant.client.get(f"{url}/history").json()["history"]
    assert [entry["event"] for entry in history] == ["campaign.created", "campaign.updated", "campaign.deleted"]
    assert [entry["version"] for entry in history] == [1, 2, 3]
    assert {entry["by"] for entry in history} == {campaign["created_by"]}
    assert history[1]["details"] == {"changes": {"tags": {"old": [], "new": ["a"]}}}
    assert history[1]["correlation_id"] == "because-1"


def test_a_deleted_campaign_is_gone(tenant: Tenant) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    assert tenant.client.delete(url).status_code == 204
    for response in (tenant.client.get(url), tenant.client.delete(url), tenant.client.post(f"{url}/clone")):
        problem(response, 404, "campaign.not_found")


def test_another_tenant_s_campaign_is_not_there(tenant: Tenant, service: RunningService) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    with fresh_tenant(service) as stranger:
        for method, path, body in (
            ("GET", url, None),
            ("GET", f"{url}/history", None),
            ("PATCH", url, {"tags": ["a"]}),
            ("POST", f"{url}/activate", None),
            ("DELETE", url, None),
        ):
            problem(stranger.client.request(method, path, json=body), 404, "campaign.not_found")
        assert stranger.client.get(CAMPAIGNS).json()["total"] == 0


def test_an_audience_is_set_by_itself(tenant: Tenant) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}"
    answer = tenant.client.put(f"{url}/audience", json=AUDIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["audience"]["include"] == AUDIENCE["include"]


def test_variants_are_added_written_anew_and_taken_out(tenant: Tenant) -> None:
    url = f"{CAMPAIGNS}/{created(tenant)['id']}/variants"
    added = tenant.client.post(url, json={"name": "A", "allocation_percentage": 60})
    assert (added.status_code, added.headers["etag"]) == (201, '"2"')
    one = f"{url}/{added.json()['variant_id']}"
    tenant.client.post(url, json={"name": "B", "allocation_percentage": 40})
    renewed = tenant.client.put(one, json={"name": "A2", "allocation_percentage": 50, "channels": [MAIL]})
    assert (renewed.status_code, renewed.json()["name"]) == (200, "A2")
    assert [v["name"] for v in tenant.client.get(url).json()["variants"]] == ["A2", "B"]
    over = tenant.client.post(url, json={"name": "C", "allocation_percentage": 11})
    assert "/variants" in pointers(problem(over, 422, "campaign.invalid_configuration"))
    assert tenant.client.delete(one).status_code == 204
    problem(tenant.client.delete(one), 404, "campaign.not_found")
    problem(tenant.client.put(one, json={"name": "A", "allocation_percentage": 1}), 404, "campaign.not_found")


def listed(tenant: Tenant, total: int, **params: Any) -> dict[str, Any]:
    """The list as soon as it shows so many."""

    def read() -> dict[str, Any]:
        answer = tenant.client.get(CAMPAIGNS, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    page: dict[str, Any] = until(read, lambda seen: seen["total"] == total)
    return page


def test_campaigns_are_found_by_what_one_knows_of_them(tenant: Tenant) -> None:
    mail = created(
        tenant, ready("one_time", name="Mail 50% off", tags=["a", "b"], description="Für Ärzte", channels=[MAIL])
    )
    loyal = created(tenant, {"name": "Loyal_ty", "type": "loyalty", "tags": ["b"]})
    tenant.client.post(f"{CAMPAIGNS}/{loyal['id']}/activate")
    listed(tenant, 1, status="active")
    by_creator = {"created_by": mail["created_by"]}
    for params, expected in (
        ({}, {"Mail 50% off", "Loyal_ty"}),
        ({"status": "draft"}, {"Mail 50% off"}),
        ({"status": "draft,active"}, {"Mail 50% off", "Loyal_ty"}),
        ({"status": ["draft", "active"]}, {"Mail 50% off", "Loyal_ty"}),
        ({"type": "loyalty"}, {"Loyal_ty"}),
        ({"mode": "one_time"}, {"Mail 50% off"}),
        ({"channel": "email"}, {"Mail 50% off"}),
        ({"channel": "sms"}, set()),
        ({"tag": "b"}, {"Mail 50% off", "Loyal_ty"}),
        ({"tag": "a"}, {"Mail 50% off"}),
        ({"search": "0% O"}, {"Mail 50% off"}),
        ({"search": "ärzte"}, {"Mail 50% off"}),
        ({"search": "l_t"}, {"Loyal_ty"}),
        ({"search": "%"}, {"Mail 50% off"}),
        ({"search": "nothing"}, set()),
        (by_creator, {"Mail 50% off", "Loyal_ty"}),
        ({"created_by": "nobody"}, set()),
        ({"status": "active", "type": "promotion"}, set()),
    ):
        page = listed(tenant, len(expected), **params)
        assert {line["name"] for line in page["campaigns"]} == expected, params


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at", "-updated_at", "start_date", "status"])
def test_pages_join_up_whatever_the_order(tenant: Tenant, sort: str) -> None:
    for n in range(7):
        start = {"start_date": f"2027-01-0{n + 1}T00:00:00Z"} if n % 2 else {}
        created(tenant, {"name": f"{'aB'[n % 2]}{n}"} | start)
    whole = [line["id"] for line in listed(tenant, 7, sort=sort)["campaigns"]]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = listed(tenant, 7, sort=sort, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [line["id"] for line in page["campaigns"]]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        if cursor is None:
            break
    assert seen == whole
    by_offset = [line["id"] for n in (0, 3, 6) for line in listed(tenant, 7, sort=sort, limit=3, offset=n)["campaigns"]]
    assert by_offset == whole


def test_names_sort_without_regard_to_case(tenant: Tenant) -> None:
    for name in ("b", "A", "C"):
        created(tenant, {"name": name})
    assert [line["name"] for line in listed(tenant, 3, sort="name")["campaigns"]] == ["A", "b", "C"]


@pytest.mark.parametrize("cursor", ["nonsense", "", "AAAA", "gqFhoWI", "ä"])
def test_a_cursor_that_is_none_is_named(tenant: Tenant, cursor: str) -> None:
    answer = tenant.client.get(CAMPAIGNS, params={"cursor": cursor})
    assert answer.status_code in {400, 422}, answer.text
    assert pointers(answer.json()) == ["/cursor"]


def test_a_cursor_of_another_order_is_named(tenant: Tenant) -> None:
    for _ in range(2):
        created(tenant)
    cursor = listed(tenant, 2, limit=1)["next_cursor"]
    answer = tenant.client.get(CAMPAIGNS, params={"cursor": cursor, "sort": "name"})
    assert pointers(answer.json()) == ["/cursor"]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"status": "asleep"}, "/status"),
        ({"type": "loud"}, "/type"),
        ({"mode": "x"}, "/mode"),
        ({"channel": "pigeon"}, "/channel"),
        ({"sort": "colour"}, "/sort"),
        ({"limit": 0}, "/limit"),
        ({"limit": 501}, "/limit"),
        ({"offset": -1}, "/offset"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(tenant: Tenant, params: dict[str, Any], pointer: str) -> None:
    answer = problem(tenant.client.get(CAMPAIGNS, params=params), 400, "request.malformed")
    assert pointers(answer) == [pointer]


def test_a_schedule_keeps_its_zone(tenant: Tenant) -> None:
    url = f"{CAMPAIGNS}/{created(tenant, ready('one_time'))['id']}"
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = tenant.client.post(f"{url}/schedule", json={"at": at, "timezone": "Asia/Almaty"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "scheduled"
    assert answer.json()["schedule"]["timezone"] == "Asia/Almaty"
    problem(tenant.client.patch(url, json={"tags": ["a"]}), 409, "campaign.status_transition")


def test_a_parameter_that_nobody_knows_is_refused_by_name(tenant: Tenant) -> None:
    answer = tenant.client.get("/api/v1/campaigns", params={"statsu": "active", "limit": 5})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/statsu"
    assert "status" in error["message"]
