"""Segments, imports, suppressions and estimates over a real socket."""

from typing import Any

import pytest
from tests.interfaces.audience.people import PEOPLE, draft, upload
from tests.support.running_service import Tenant
from tests.support.waiting import eventually

GERMANS = {"field": "country", "operator": "equals", "value": "DE"}
MAIL_THEN_SMS = [
    {
        "channel_type": "email",
        "priority": 0,
        "content": {"subject": "Hi", "body_text": "Hi", "sender_email": "n@a.example"},
    },
    {"channel_type": "sms", "priority": 1, "content": {"body": "Hi"}},
]
EVERYBODY = {"field": "user_id", "operator": "exists"}


def test_an_upload_becomes_people_with_typed_attributes(tenant: Tenant) -> None:
    done = upload(tenant.client, PEOPLE)
    assert (done["status"], done["rows"], done["imported"], done["rejected"]) == ("completed", 4, 4, 0)
    assert done["columns"]["orders"] == "integer"
    assert done["columns"]["since"] == "instant"
    assert done["columns"]["phone"] == "text"


def test_rows_without_a_user_are_named_and_left_out(tenant: Tenant) -> None:
    done = upload(tenant.client, "user_id,plan\nu1,free\n,free\nu2,pro,too,many\nu1,pro\n")
    assert (done["imported"], done["rejected"], done["replaced"]) == (1, 2, 1)
    assert done["rejections"] == [
        {"row": 3, "rule": "user_id is missing"},
        {"row": 4, "rule": "has 4 fields where the header has 2"},
    ]


def test_a_file_that_is_no_table_fails_with_a_reason(tenant: Tenant) -> None:
    done = upload(tenant.client, "email\na@b.example\n")
    assert (done["status"], done["error"]) == ("failed", "the header names no column user_id")


def test_a_file_of_unknown_kind_is_refused_at_once(tenant: Tenant) -> None:
    answer = tenant.client.post(
        "/api/v1/audience/imports", files={"file": ("people.pdf", b"x")}, data={"dataset": "A B"}
    )
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/file", "/dataset"}


def test_an_upload_without_a_file_is_malformed(tenant: Tenant) -> None:
    answer = tenant.client.post("/api/v1/audience/imports", files={"dataset": (None, "people")})
    assert answer.status_code == 400


def test_imports_are_listed_and_another_tenants_are_not_found(tenant: Tenant) -> None:
    done = upload(tenant.client, PEOPLE)
    listed = tenant.client.get("/api/v1/audience/imports").json()
    assert [one["id"] for one in listed["imports"]] == [done["id"]]
    assert tenant.client.get("/api/v1/audience/imports/0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60").status_code == 404


def test_an_upload_that_is_no_form_or_lacks_its_file_is_told_so(tenant: Tenant) -> None:
    path = "/api/v1/audience/imports"
    other = tenant.client.post(path, json={"dataset": "people"})
    assert (other.status_code, other.json()["code"]) == (415, "request.unsupported_media_type")
    fileless = tenant.client.post(path, files={"dataset": (None, "people")})
    assert (fileless.status_code, fileless.json()["errors"]) == (400, [{"pointer": "/file", "message": "is missing"}])
    torn = tenant.client.post(path, content=b"--x", headers={"content-type": "multipart/form-data"})
    assert (torn.status_code, torn.json()["code"]) == (400, "request.malformed")


def test_a_segment_is_made_changed_and_withdrawn(tenant: Tenant) -> None:
    made = tenant.client.post("/api/v1/segments", json={"name": "Germans", "criteria": GERMANS})
    assert made.status_code == 201
    path = made.headers["Location"]
    changed = tenant.client.put(
        path, json={"name": "Some", "user_ids": ["u1", "u1", "u2"]}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()["user_ids"], changed.json()["version"]) == (200, ["u1", "u2"], 2)
    assert (
        tenant.client.put(path, json={"name": "X", "user_ids": ["u"]}, headers={"If-Match": '"1"'}).status_code == 412
    )
    assert tenant.client.delete(path).status_code == 204
    assert tenant.client.get(path).status_code == 404
    assert tenant.client.delete(path).json()["code"] == "audience.segment_not_found"


def test_two_segments_cannot_have_one_name_but_a_withdrawn_one_frees_it(tenant: Tenant) -> None:
    first = tenant.client.post("/api/v1/segments", json={"name": "Germans", "criteria": GERMANS})
    again = tenant.client.post("/api/v1/segments", json={"name": "  GERMANS ", "criteria": GERMANS})
    assert (again.status_code, again.json()["code"]) == (409, "audience.segment_name_taken")
    assert again.json()["errors"] == [{"pointer": "/name", "message": "is taken"}]
    tenant.client.delete(first.headers["Location"])
    assert tenant.client.post("/api/v1/segments", json={"name": "germans", "criteria": GERMANS}).status_code == 201


def test_criteria_that_cannot_be_read_are_refused_with_every_pointer(tenant: Tenant) -> None:
    wrong = {"all": [{"field": "", "operator": "equals", "value": 1}, {"field": "a", "operator": "near", "value": 1}]}
    answer = tenant.client.post("/api/v1/segments", json={"name": "S", "criteria": wrong})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/criteria/all/0/field",
        "/criteria/all/1/operator",
    ]


def test_segments_are_listed_by_name_within_a_second(tenant: Tenant) -> None:
    for name in ("Zeta", "alpha"):
        tenant.client.post("/api/v1/segments", json={"name": name, "criteria": GERMANS})
    eventually(
        lambda: [one["name"] for one in tenant.client.get("/api/v1/segments").json()["segments"]], ["alpha", "Zeta"]
    )
    assert tenant.client.get("/api/v1/segments?search=ZET").json()["total"] == 1


def test_a_segment_is_estimated(tenant: Tenant) -> None:
    upload(tenant.client, PEOPLE)
    path = tenant.client.post("/api/v1/segments", json={"name": "Germans", "criteria": GERMANS}).headers["Location"]
    assert tenant.client.get(f"{path}/estimate").json()["size"] == 2


def test_an_estimate_counts_step_by_step(tenant: Tenant) -> None:
    upload(tenant.client, PEOPLE)
    upload(tenant.client, "user_id\nu3\n", "blacklist.csv", "blacklist")
    tenant.client.post("/api/v1/suppressions", json={"user_id": "u1", "reason": "complained"})
    path = draft(
        tenant.client,
        mode="one_time",
        channels=MAIL_THEN_SMS,
        audience={
            "include": [{"criteria": EVERYBODY}, {"user_ids": ["stranger", "u1"]}],
            "exclude": [{"criteria": {"field": "user_id", "operator": "equals", "value": "u4"}}],
            "filters": [{"name": "blacklist", "listed_in": ["blacklist"], "keep": False}],
        },
    )
    estimate = tenant.client.post(f"{path}/audiences/estimate").json()
    assert [source["size"] for source in estimate["sources"]] == [4, 2, 1]
    assert (estimate["included"], estimate["after_exclusions"]) == (5, 4)
    assert estimate["filters"] == [{"name": "blacklist", "removed": 1, "left": 3}]
    assert (estimate["audience"], estimate["after_suppression"], estimate["after_holdout"]) == (3, 1, 1)
    assert estimate["skipped"] == {"suppressed_complained": 1, "no_address": 1}


def test_one_person_is_told_why(tenant: Tenant) -> None:
    upload(tenant.client, PEOPLE)
    tenant.client.post("/api/v1/suppressions", json={"user_id": "u3", "channel": "email", "reason": "unsubscribed"})
    path = draft(
        tenant.client,
        channels=MAIL_THEN_SMS,
        audience={"include": [{"criteria": EVERYBODY}], "exclude": [], "excluded_users": ["u4"]},
    )

    def told(user_id: str) -> tuple[Any, ...]:
        found = tenant.client.post(f"{path}/eligibility", json={"user_id": user_id}).json()
        return found["eligible"], found["reason"], found["channel"]

    assert told("u1") == (True, "eligible", "email")
    assert told("u2") == (True, "eligible", "sms")
    assert told("u3") == (False, "suppressed_unsubscribed", None)
    assert told("u4") == (False, "excluded_user", None)
    assert told("nobody") == (False, "not_included", None)


def test_an_audience_that_names_what_is_not_there_is_refused(tenant: Tenant) -> None:
    missing = "0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60"
    audience = {"include": [{"segment_id": missing}], "targeting_rules": [missing]}
    path = draft(tenant.client, audience=audience)
    answer = tenant.client.post(f"{path}/audiences/estimate")
    assert (answer.status_code, answer.json()["code"]) == (422, "audience.invalid_rules")
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/audience/include/0/segment_id",
        "/audience/targeting_rules/0",
    }


@pytest.mark.parametrize(
    "filters",
    [
        [{"nonsense": 1}],
        [{"name": "x", "listed_in": ["nowhere"]}],
        [{"name": "x", "criteria": {"field": 3}}],
        [{"name": "x"}],
    ],
)
def test_a_filter_that_cannot_be_read_is_no_500(tenant: Tenant, filters: list[Any]) -> None:
    answer = tenant.client.post(
        "/api/v1/campaigns", json={"name": "F", "audience": {"include": [], "filters": filters}}
    )
    if answer.status_code == 201:
        answer = tenant.client.post(f"/api/v1/campaigns/{answer.json()['id']}/audiences/estimate")
    assert answer.status_code in (400, 422), answer.text


def test_suppressions_are_added_listed_exported_and_lifted(tenant: Tenant) -> None:
    many = [{"user_id": user, "channel": "email", "reason": "bounced"} for user in ("=cmd()", "b", "c")]
    assert tenant.client.post("/api/v1/suppressions/import", json={"suppressions": many}).json() == {"accepted": 3}
    tenant.client.post("/api/v1/suppressions", json={"user_id": "b"})
    first = tenant.client.get("/api/v1/suppressions?limit=2").json()
    assert (first["total"], [one["user_id"] for one in first["suppressions"]], first["has_more"]) == (
        4,
        ["=cmd()", "b"],
        True,
    )
    second = tenant.client.get("/api/v1/suppressions", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [(one["user_id"], one["channel"]) for one in second["suppressions"]] == [("b", "email"), ("c", "email")]
    exported = tenant.client.get("/api/v1/suppressions/export")
    assert exported.text.splitlines()[1].startswith("'=cmd(),email,bounced,import,")
    assert tenant.client.get("/api/v1/suppressions?reason=bounced&channel=email").json()["total"] == 3
    assert tenant.client.delete("/api/v1/suppressions/b/*").status_code == 204
    assert tenant.client.delete("/api/v1/suppressions/b/*").status_code == 404
    assert tenant.client.delete("/api/v1/suppressions/b/smoke").status_code == 400


def test_an_import_replaces_the_people_at_one_instant(tenant: Tenant) -> None:
    upload(tenant.client, PEOPLE)
    path = tenant.client.post("/api/v1/segments", json={"name": "All", "criteria": EVERYBODY}).headers["Location"]
    assert tenant.client.get(f"{path}/estimate").json()["size"] == 4
    upload(tenant.client, "user_id\nu9\n")
    assert tenant.client.get(f"{path}/estimate").json()["size"] == 1
