"""Uploads that nobody has read yet."""

from datetime import UTC, datetime
from uuid import uuid4

from campaigns.application.audience.ports import Import
from campaigns.domain.shared.ids import TenantId


def an_upload() -> Import:
    return Import(
        id=uuid4(),
        tenant_id=TenantId("acme"),
        dataset="people",
        file_name="p.csv",
        format="csv",
        bytes=0,
        status="pending",
        created_by="anna",
        created_at=datetime.now(UTC),
    )
