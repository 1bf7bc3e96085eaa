"""Health, measures, documents: for those who run the service."""

import asyncio
import threading
import uuid

import httpx
import psycopg
import pytest
from tests.support.databases import Databases
from tests.support.rest_shell import Says, ServedShell, Shell, served
from tests.support.waiting import PATIENCE


def test_alive_is_told_without_any_dependency(shell: ServedShell) -> None:
    with shell.client() as client:
        answer = client.get("/health").json()
    assert answer["status"] == "alive"
    assert 0 <= answer["loop_lag_ms"] < 60_000


def test_ready_names_every_dependency(shell: ServedShell) -> None:
    with shell.client() as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["dependencies"].keys() == {"postgres", "schema", "followers"}
    assert answer.json()["dependencies"]["postgres"]["detail"] == "takes writes"


def test_a_database_that_takes_no_writes_is_not_ready(databases: Databases) -> None:
    with databases.fresh() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter table write_probe rename to write_probe_away")
        with served(Shell(url)) as running, running.client() as client:
            answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["postgres"]["status"] == "down"


def test_a_follower_far_behind_is_named_and_keeps_nobody_from_serving(databases: Databases) -> None:
    with databases.fresh() as url:
        with psycopg.connect(url) as connection:
            connection.execute("set local role campaigns_system")
            connection.execute("update feed_head set position = 20000")
            connection.execute("update ledger_head set append_no = 12")
            connection.execute("insert into followers values ('relay', 5)")
            connection.execute("insert into ledger_followers values ('metrics:1', 10), ('metrics:2', 0)")
        with served(Shell(url)) as running, running.client() as client:
            answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["dependencies"]["followers"]["status"] == "degraded"
    assert "relay is 19995 events behind; metrics:1 is 2 appends behind" in str(answer.json())


class NeverAnswers:
    async def __call__(self) -> None:
        await asyncio.sleep(60)


def test_a_dependency_that_is_down_or_silent_is_told_in_time(databases: Databases) -> None:
    probes = {"nats": Says(ok=False, detail="not connected"), "rules": NeverAnswers(), "postgres": Says(ok=True)}
    with databases.fresh() as url, served(Shell(url, probes=probes)) as running, running.client() as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    found = {name: state["status"] for name, state in answer.json()["dependencies"].items()}
    assert found == {"nats": "down", "rules": "down", "postgres": "ok"}


def test_a_draining_process_is_not_ready(databases: Databases) -> None:
    with databases.fresh() as url, served(Shell(url)) as running, running.client() as client:
        running.shell.draining.begin()
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["draining"]) == (503, True)


def test_requests_are_measured_by_route_and_never_by_address(admin: httpx.Client) -> None:
    errand = uuid.uuid4()
    admin.get(f"/api/v1/errands/{errand}")
    admin.get(f"/nothing/{errand}")
    text = admin.get("/metrics").text
    assert 'endpoint="/api/v1/errands/{errand_id}",method="GET",status="200"' in text
    assert 'endpoint="unmatched",method="GET",status="404"' in text
    assert str(errand) not in text


def test_the_page_of_documents_needs_nothing_from_elsewhere(shell: ServedShell) -> None:
    with shell.client() as client:
        page = client.get("/docs")
        assets = [part.split('"')[0] for part in page.text.split('="/')[1:]]
        assert assets
        for asset in assets:
            assert client.get(f"/{asset}").status_code == 200
        texts = [page.text, *(client.get(f"/docs/{name}").text for name in ("docs.js", "try.js", "docs.css"))]
    for text in texts:
        assert "http://" not in text
        assert "https://" not in text
        assert "innerHTML" not in text
        assert "style=" not in text


@pytest.mark.parametrize("method", ["begin"])
def test_streams_learn_that_the_process_drains(shell: ServedShell, method: str) -> None:
    from campaigns.interfaces.rest.draining import Draining  # noqa: PLC0415

    async def waits() -> bool:
        draining = Draining()
        waiting = asyncio.create_task(draining.wait())
        await asyncio.sleep(0)
        getattr(draining, method)()
        await asyncio.wait_for(waiting, PATIENCE)
        return draining.has_begun()

    assert threading.current_thread() is threading.main_thread()
    assert asyncio.run(waits())
