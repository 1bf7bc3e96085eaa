"""Every error is a problem document, whoever refuses."""

import uuid

import httpx
import pytest
from tests.support.rest_shell import ServedShell

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors", "correlation_id"}


def assert_problem(response: httpx.Response, status: int, code: str) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == MEMBERS
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:campaigns:problem:{code}")
    assert problem["correlation_id"] == response.headers["x-correlation-id"]
    return problem


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("not-found", 404, "campaign.not_found"),
        ("invalid", 422, "request.malformed"),
        ("refused", 409, "campaign.status_transition"),
        ("limit", 422, "campaign.resource_limit"),
        ("conflict", 409, "campaign.version_conflict"),
        ("stale", 412, "campaign.version_conflict"),
        ("down", 503, "dependency.unavailable"),
    ],
)
def test_a_refusal_has_the_status_of_its_class_and_its_own_code(
    admin: httpx.Client, kind: str, status: int, code: str
) -> None:
    assert_problem(admin.post(f"/api/v1/errands/refusals/{kind}"), status, code)


def test_every_broken_rule_is_named(admin: httpx.Client) -> None:
    problem = assert_problem(admin.post("/api/v1/errands/refusals/invalid"), 422, "request.malformed")
    assert problem["errors"] == [
        {"pointer": "/name", "message": "is dull"},
        {"pointer": "/size", "message": "is odd"},
    ]


def test_a_dependency_that_is_down_is_named_with_the_time_to_wait_and_nothing_secret(admin: httpx.Client) -> None:
    response = admin.post("/api/v1/errands/refusals/down")
    assert response.headers["retry-after"] == "7"
    assert "rules-engine" in response.json()["detail"]
    assert "pass" not in response.text
    assert "10.0.0.7" not in response.text


def test_a_fault_of_ours_says_nothing_of_our_insides(admin: httpx.Client) -> None:
    response = admin.post("/api/v1/errands/refusals/fault")
    assert_problem(response, 500, "server.unexpected")
    for inside in ("secret internals", "ZeroDivision", "Traceback", ".py"):
        assert inside not in response.text


def test_an_address_without_a_route_is_a_problem_too(admin: httpx.Client) -> None:
    assert_problem(admin.get("/api/v1/nothing"), 404, "request.no_such_route")
    assert_problem(admin.get("/api/v1/errands/no-uuid"), 404, "request.no_such_route")
    assert_problem(admin.get("/schema/other"), 404, "request.no_such_route")


def test_another_method_is_refused_with_those_that_work(admin: httpx.Client) -> None:
    response = admin.put("/api/v1/errands", json={})
    assert_problem(response, 405, "request.method_not_allowed")
    assert response.headers["allow"] == "OPTIONS, POST"
    assert response.json()["detail"] == "PUT is not answered here; allowed: OPTIONS, POST"


@pytest.mark.parametrize("limit", ["0", "501", "x", "9" * 30, "1.5", ""])
def test_a_parameter_out_of_bounds_is_named(admin: httpx.Client, limit: str) -> None:
    problem = assert_problem(admin.get(f"/api/v1/errands/{uuid.uuid4()}?limit={limit}"), 400, "request.malformed")
    assert [error["pointer"] for error in problem["errors"]] == ["/limit"]


@pytest.mark.parametrize("address", ["?limit=1%00", "?limit=%ff", "?%ed%a0%80=1"])
def test_an_address_that_is_no_clean_text_is_refused(admin: httpx.Client, address: str) -> None:
    assert_problem(admin.get(f"/api/v1/errands/{uuid.uuid4()}{address}"), 400, "request.malformed")


def test_a_path_that_is_no_clean_text_is_refused(admin: httpx.Client) -> None:
    for name in ("a%00b", "%ff"):
        assert_problem(admin.get(f"/api/v1/tenants/{name}"), 400, "request.malformed")


@pytest.mark.parametrize("version", ["", "seven", '"7', "7, 8", "-1", "99999999999"])
def test_an_if_match_that_names_no_version_is_refused(admin: httpx.Client, version: str) -> None:
    response = admin.post("/api/v1/errands", json={"name": "a"}, headers={"If-Match": version})
    assert assert_problem(response, 400, "request.malformed")["errors"][0]["pointer"] == "/If-Match"


@pytest.mark.parametrize(("header", "version"), [('"7"', 7), ("7", 7), ('W/"7"', 7), ("*", 1), (None, 1)])
def test_if_match_and_etag_carry_the_version(admin: httpx.Client, header: str | None, version: int) -> None:
    response = admin.post("/api/v1/errands", json={"name": "a"}, headers={"If-Match": header} if header else {})
    assert response.status_code == 201
    assert response.headers["etag"] == f'"{version}"'


def test_a_correlation_id_is_taken_over_when_it_is_harmless(shell: ServedShell) -> None:
    with shell.client() as client:
        assert client.get("/health", headers={"X-Correlation-ID": "abc-1"}).headers["x-correlation-id"] == "abc-1"
        assert client.get("/health", headers={"X-Request-ID": "abc-2"}).headers["x-correlation-id"] == "abc-2"
        for bad in ("a b", "x" * 129, "<script>", ""):
            given = client.get("/health", headers={"X-Correlation-ID": bad}).headers["x-correlation-id"]
            assert uuid.UUID(given)


def test_every_answer_forbids_sniffing_and_every_page_forbids_foreign_code(shell: ServedShell) -> None:
    with shell.client() as client:
        for path in ("/health", "/docs", "/nothing", "/docs/docs.js"):
            assert client.get(path).headers["x-content-type-options"] == "nosniff"
        page = client.get("/docs")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
