"""The test bench itself."""

import asyncio

import httpx
import nats
import psycopg
import pytest
from tests.support.running_service import RunningService, Tenant


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(database_url: str, time: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("create table left_by_a_test ()")
        found = connection.execute("select position from feed_head").fetchone()
    assert found == (0,)


def test_the_database_user_is_no_superuser_and_may_become_the_service_roles(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (False,)
        for role in ("campaigns_app", "campaigns_system"):
            connection.execute(f"set local role {role}")
            assert connection.execute("select current_user").fetchone() == (role,)
            connection.execute("reset role")


async def _publish(url: str, prefix: str) -> int:
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name=prefix, subjects=[f"{prefix}.>"])
    acknowledged = await stream.publish(f"{prefix}.hello", b"{}")
    await client.close()
    return int(acknowledged.seq)


def test_nats_keeps_what_is_published(nats_url: str, nats_prefix: str) -> None:
    assert asyncio.run(_publish(nats_url, nats_prefix)) == 1


def test_the_service_answers_its_own_tenant_and_nobody_else(service: RunningService, tenant: Tenant) -> None:
    assert tenant.client.get("/api/v1/tenant").status_code != 401
    assert httpx.get(f"{service.url}/api/v1/api-keys", trust_env=False).status_code == 401
