"""A principal's quota, counted and told."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.databases import Databases
from tests.support.rest_shell import WORKING_ROUTES, ServedShell, Shell, served

from campaigns.application.shared.context import Scope
from campaigns.interfaces.rest.app import Bounds
from campaigns.interfaces.rest.quotas import Quota, Quotas


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 50), st.integers(1, 100), st.lists(st.floats(0, 30), min_size=1, max_size=150))
def test_no_window_takes_more_than_twice_its_quota_and_none_waits_in_vain(
    requests: int, seconds: int, pauses: list[float]
) -> None:
    clock, quota = Clock(), Quota(requests, seconds)
    quotas, taken = Quotas(clock), []
    for pause in pauses:
        clock.now += pause
        standing = quotas.take("somebody", quota)
        if standing.wait:
            clock.now += standing.wait * (1 + 1e-6) + 1e-6
            assert not quotas.take("somebody", quota).wait
        taken.append(clock.now)
    for start in taken:
        assert sum(start <= at < start + seconds for at in taken) <= 2 * requests


def test_a_burst_takes_the_whole_quota_and_no_more() -> None:
    quotas = Quotas(Clock())
    standings = [quotas.take("somebody", Quota(5, 10)) for _ in range(6)]
    assert [standing.remaining for standing in standings] == [4, 3, 2, 1, 0, 0]
    assert [standing.reset for standing in standings] == [2, 4, 6, 8, 10, 10]
    assert [standing.wait for standing in standings] == [0, 0, 0, 0, 0, 2]


def test_a_refused_request_counts_nothing_and_others_are_not_touched() -> None:
    clock = Clock()
    quotas, quota = Quotas(clock), Quota(1, 10)
    quotas.take("greedy", quota)
    for _ in range(100):
        assert quotas.take("greedy", quota).wait
    assert not quotas.take("modest", quota).wait
    clock.now += 10
    assert not quotas.take("greedy", quota).wait


def test_principals_are_forgotten_rather_than_memory_filled() -> None:
    clock = Clock()
    quotas = Quotas(clock)
    for number in range(25_000):
        clock.now += 0.001
        quotas.take(number, Quota(1, 1))
    assert len(quotas._whole_at) <= 10_000


@pytest.fixture(scope="module")
def narrow(databases: Databases) -> ServedShell:
    bounds = Bounds(quota=Quota(3, 3_600), body_bytes=2_000)
    with databases.fresh() as url, served(Shell(url), WORKING_ROUTES, bounds) as running:
        yield running


def errand(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/errands", json={"name": "milk"})


def test_every_answer_says_what_is_left_and_the_one_too_many_when_to_come_again(narrow: ServedShell) -> None:
    with narrow.client(narrow.key(Scope.WRITE)) as client:
        answers = [errand(client) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"requests";r=2;t=1200',
        '"requests";r=1;t=2400',
        '"requests";r=0;t=3600',
        '"requests";r=0;t=3600',
    ]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"requests";q=3;w=3600'}
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "request.rate_limited"
    assert 1_190 <= int(refused.headers["retry-after"]) <= 1_200


def test_a_refusal_of_the_use_case_says_what_is_left_too(narrow: ServedShell) -> None:
    with narrow.client(narrow.key(Scope.WRITE)) as client:
        answer = client.post("/api/v1/errands", json={})
    assert (answer.status_code, answer.headers["ratelimit"]) == (400, '"requests";r=2;t=1200')


def test_one_key_uses_up_nothing_of_another(narrow: ServedShell) -> None:
    for _ in range(2):
        with narrow.client(narrow.key(Scope.WRITE)) as client:
            assert [errand(client).status_code for _ in range(3)] == [201, 201, 201]


def test_health_is_never_refused(narrow: ServedShell) -> None:
    with narrow.client(narrow.key(Scope.WRITE)) as client:
        assert {client.get("/health").status_code for _ in range(20)} == {200}


def test_a_body_beyond_what_this_process_takes_is_refused(narrow: ServedShell) -> None:
    with narrow.client(narrow.key(Scope.WRITE)) as client:
        answer = client.post("/api/v1/errands", json={"name": "x" * 2_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
