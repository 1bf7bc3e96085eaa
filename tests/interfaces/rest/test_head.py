"""HEAD, as load balancers and link checkers ask."""

import httpx
import pytest
from tests.support.running_service import Tenant

ERRAND = "/api/v1/errands/0190f6a0-7c1e-7d2a-9e55-1b2c3d4e5f60"
VARYING = {"date", "x-correlation-id", "ratelimit"}
LENGTH = "content-length"


def told(answer: httpx.Response, *varying: str) -> tuple[int, dict[str, str]]:
    ignored = VARYING | set(varying)
    return answer.status_code, {name: value for name, value in answer.headers.items() if name not in ignored}


@pytest.mark.parametrize("path", ["/docs", ERRAND, "/api/v1/nothing"])
def test_head_is_answered_like_get_without_the_body(admin: httpx.Client, path: str) -> None:
    answer = admin.head(path)
    assert told(answer) == told(admin.get(path))
    assert (answer.content, int(answer.headers[LENGTH]) > 0) == (b"", True)


def test_head_tells_whether_the_service_is_up(admin: httpx.Client) -> None:
    answer = admin.head("/health")
    assert told(answer, LENGTH) == told(admin.get("/health"), LENGTH)  # its body tells a measured time
    assert answer.content == b""


def test_head_needs_the_scope_that_get_needs(admin: httpx.Client) -> None:
    assert admin.head(ERRAND, headers={"Authorization": "Bearer ck_none"}).status_code == 401


def test_head_is_refused_where_nothing_can_be_read(admin: httpx.Client) -> None:
    answer = admin.head("/api/v1/errands")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "OPTIONS, POST", b"")


def test_those_who_ask_what_is_allowed_are_told_of_head(admin: httpx.Client) -> None:
    assert admin.options(ERRAND).headers["allow"] == "GET, HEAD, OPTIONS"
    assert admin.put(ERRAND).headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_of_a_stream_ends_with_its_headers(tenant: Tenant) -> None:
    answer = tenant.client.head("/api/v1/suppressions/export", timeout=5)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert tenant.client.get("/health").status_code == 200  # over the same connection
