"""A request that is asked again has its effect once."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from tests.interfaces.rest.test_problems import assert_problem
from tests.support.rest_shell import RAN, ServedShell, TroublesController
from tests.support.waiting import PATIENCE


@pytest.fixture
def key() -> str:
    return f"key-{uuid.uuid4()}"


@pytest.fixture
def closed_gate() -> Iterator[threading.Event]:
    TroublesController.gate.clear()
    yield TroublesController.gate
    TroublesController.gate.set()


def post(client: httpx.Client, key: str, path: str = "/api/v1/errands", **body: object) -> httpx.Response:
    return client.post(path, json={"name": "a", **body}, headers={"Idempotency-Key": key})


def rows(shell: ServedShell, statement: str, *values: object) -> list[tuple]:
    with psycopg.connect(shell.shell.database._url) as connection:
        connection.execute("set local role campaigns_system")
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def test_a_repeat_is_told_the_first_answer_and_nothing_runs(admin: httpx.Client, key: str) -> None:
    first, second = post(admin, key), post(admin, key)
    assert len(RAN) == 1
    assert (second.status_code, second.content, second.headers["etag"]) == (201, first.content, first.headers["etag"])
    assert second.headers["content-type"] == "application/json"
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


def test_a_refusal_is_told_again_too(admin: httpx.Client, key: str) -> None:
    first, second = (post(admin, key, "/api/v1/errands/refusals/refused") for _ in range(2))
    assert len(RAN) == 1
    assert first.json() == second.json()
    assert second.headers["content-type"] == "application/problem+json"


def test_the_same_key_with_another_body_is_refused(admin: httpx.Client, key: str) -> None:
    post(admin, key)
    assert_problem(post(admin, key, name="b"), 422, "request.idempotency_conflict")
    assert len(RAN) == 1


def test_a_request_that_was_turned_away_leaves_its_key_free(admin: httpx.Client, key: str) -> None:
    assert post(admin, key, name="").status_code == 400
    assert post(admin, key).status_code == 201


@pytest.mark.parametrize("kind", ["fault", "down"])
def test_a_failure_of_ours_is_not_kept_and_its_repeat_is_the_same_command(
    admin: httpx.Client, key: str, kind: str
) -> None:
    for _ in range(2):
        assert post(admin, key, f"/api/v1/errands/refusals/{kind}").status_code >= 500
    assert len(RAN) == 2
    assert len(set(RAN)) == 1


def test_without_a_key_every_request_is_its_own(admin: httpx.Client) -> None:
    for _ in range(2):
        admin.post("/api/v1/errands", json={"name": "a"})
    assert len(set(RAN)) == 2


def test_keys_belong_to_a_principal_and_a_route(shell: ServedShell, admin: httpx.Client, key: str) -> None:
    post(admin, key)
    post(admin, key, "/api/v1/errands/refusals/refused")
    with shell.client(shell.key()) as other:
        assert "idempotent-replayed" not in post(other, key).headers
    assert len(set(RAN)) == 3


def test_a_repeat_while_the_first_still_runs_is_asked_to_wait(
    admin: httpx.Client, key: str, closed_gate: threading.Event
) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, admin, key, "/api/v1/errands/slow")
        while not RAN and not first.done():
            time.sleep(0.01)
        second = post(admin, key, "/api/v1/errands/slow")
        assert_problem(second, 409, "request.idempotency_conflict")
        assert int(second.headers["retry-after"]) > 0
        closed_gate.set()
        answered = first.result(PATIENCE)
    assert answered.status_code == 201
    assert post(admin, key, "/api/v1/errands/slow").content == answered.content


def test_a_crash_before_the_answer_was_stored_frees_the_key_for_the_same_command(
    shell: ServedShell, admin: httpx.Client, key: str
) -> None:
    post(admin, key)
    lost = "update idempotency_keys set status = null, body = null, locked_until = now() + %s where key = %s"
    rows(shell, lost, "1 hour", key)
    assert_problem(post(admin, key), 409, "request.idempotency_conflict")
    rows(shell, lost, "-1 second", key)
    assert post(admin, key).status_code == 201
    assert len(RAN) == 2
    assert len(set(RAN)) == 1


def test_after_a_day_a_key_may_name_something_else(shell: ServedShell, admin: httpx.Client, key: str) -> None:
    post(admin, key)
    rows(shell, "update idempotency_keys set created_at = now() - interval '25 hours' where key = %s", key)
    assert post(admin, key, name="b").status_code == 201
    assert len(set(RAN)) == 2


@pytest.mark.parametrize("bad", ["x" * 256, "a b", "\xe9"])
def test_a_key_that_cannot_be_used_is_named(admin: httpx.Client, bad: str) -> None:
    response = admin.post("/api/v1/errands", json={"name": "a"}, headers=[(b"Idempotency-Key", bad.encode("latin-1"))])
    assert assert_problem(response, 400, "request.malformed")["errors"][0]["pointer"] == "/Idempotency-Key"


def test_a_body_that_is_too_large_is_refused_with_a_key_as_well(admin: httpx.Client, key: str) -> None:
    response = admin.post("/api/v1/errands", content=b" " * 10_000_001, headers={"Idempotency-Key": key})
    assert_problem(response, 413, "request.too_large")


def test_a_secret_is_never_stored_and_a_repeat_makes_no_second_key(
    shell: ServedShell, admin: httpx.Client, key: str
) -> None:
    body = {"name": "once", "scopes": ["campaigns:read"]}
    first, second = (
        admin.post("/api/v1/api-keys", json=body, headers={"Idempotency-Key": key}).json() for _ in range(2)
    )
    assert first["key_id"] == second["key_id"]
    assert rows(shell, "select status, body from idempotency_keys where key = %s", key) == [(None, None)]
    assert rows(shell, "select count(*) from api_keys where key_id = %s", first["key_id"]) == [(1,)]
    with shell.client(second["key"]) as holder:
        assert holder.get(f"/api/v1/errands/{uuid.uuid4()}").status_code == 200


def test_answers_past_their_day_are_forgotten(shell: ServedShell, admin: httpx.Client, key: str) -> None:
    from campaigns.infrastructure.platform.idempotency import PostgresIdempotencyKeys  # noqa: PLC0415

    post(admin, key)
    rows(shell, "update idempotency_keys set created_at = now() - interval '25 hours' where key = %s", key)
    keys = shell.shell.composition.resolve(PostgresIdempotencyKeys)
    assert shell.call(keys.forget(shell.shell.clock.now())) >= 1
    assert rows(shell, "select 1 from idempotency_keys where key = %s", key) == []
