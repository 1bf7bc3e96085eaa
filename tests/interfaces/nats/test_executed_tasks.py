"""A task service rings over NATS: the planned run begins once, before our own clock would have begun it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.support.publishing import Publisher, cloud_event
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import until

from campaigns.application.campaign.ports import PlannedTask
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.campaign.ordered_tasks import PostgresOrderedTasks
from campaigns.infrastructure.postgres.database import Database


@pytest.fixture
def planned(tenant: Tenant) -> tuple[str, datetime]:
    """A campaign that waits for its start in five minutes: the earliest that may be rung for."""
    at = datetime.now(UTC) + timedelta(minutes=5, seconds=10)
    body = {
        "name": f"Rung for {uuid4().hex}",
        "mode": "one_time",
        "schedule": {"at": at.isoformat()},
        "audience": {"include": [{"user_ids": ["u1", "u2"]}]},
        "channels": [{"channel_type": "in_app", "content": {"title": "Now", "body": "Hello"}}],
    }
    made = tenant.client.post("/api/v1/campaigns", json=body)
    assert made.status_code == 201, made.text
    scheduled = tenant.client.post(f"/api/v1/campaigns/{made.json()['id']}/schedule", json={})
    assert scheduled.status_code == 200, scheduled.text
    return made.json()["id"], at


async def ordered(service: RunningService, tenant: Tenant, planned: tuple[str, datetime], task_id: str) -> None:
    campaign_id, at = planned
    task = PlannedTask(tenant_id=TenantId(tenant.tenant_id), campaign_id=CampaignId(UUID(campaign_id)), planned_for=at)
    async with Database(service.database_url) as database:
        await PostgresOrderedTasks(database).add(task, task_id)


def starts(tenant: Tenant, campaign_id: str) -> int:
    history = tenant.client.get(f"/api/v1/campaigns/{campaign_id}/history").json()["history"]
    return sum(entry["event"] == "campaign.started" for entry in history)


def test_a_task_that_is_executed_begins_its_run_once_however_often_it_is_told(
    service: RunningService, tenant: Tenant, planned: tuple[str, datetime]
) -> None:
    task_id, (campaign_id, at) = f"task-{uuid4().hex}", planned
    asyncio.run(ordered(service, tenant, planned, task_id))
    until(lambda: datetime.now(UTC) > at - timedelta(minutes=5))
    told = {"task_id": task_id, "task_type": "campaign_execution", "tenant_id": tenant.tenant_id}
    others = Publisher(service)
    others.publish("task.executed", told | {"task_type": "report"})
    others.publish("task.executed.campaign", told, told)
    until(lambda: starts(tenant, campaign_id))
    others.publish("task.executed", cloud_event("task.executed", told, tenantid=tenant.tenant_id))
    until(lambda: tenant.client.get(f"/api/v1/campaigns/{campaign_id}/executions").json()["executions"])
    assert starts(tenant, campaign_id) == 1
    assert datetime.now(UTC) < at
