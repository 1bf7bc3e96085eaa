"""One tenant's campaign in the making, in the words of the features."""

import io
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.interfaces.audience.people import upload
from tests.support.running_service import Tenant

MAIL = {
    "channel_type": "email",
    "priority": 0,
    "content": {"subject": "Spring", "body_text": "Spring", "sender_email": "news@acme.example"},
}
TEXT_MESSAGE = {"channel_type": "sms", "priority": 1, "content": {"body": "Spring"}}
EVERYBODY = {"field": "user_id", "operator": "exists"}


class Marketing:
    """What the marketer has written so far; the campaign is created when somebody first asks about it."""

    def __init__(self, tenant: Tenant) -> None:
        self.client = tenant.client
        self.audience: dict[str, Any] = {"include": [], "exclude": [], "excluded_users": [], "filters": []}
        self.channels: list[dict[str, Any]] = [MAIL]
        self.holdout = 0
        self.strata: list[str] = []
        self.segments: dict[str, str] = {}
        self.imported: dict[str, Any] = {}
        self._path = ""

    def people(self, rows: list[dict[str, str]]) -> None:
        lines = ["user_id,email,phone,country,orders"]
        for row in rows:
            mail = {"yes": f"{row['user']}@people.example", "no": ""}.get(row["mail"], row["mail"])
            lines.append(f"{row['user']},{mail},+1555{len(lines)},{row['country']},{row['orders']}")
        assert upload(self.client, "\n".join(lines))["status"] == "completed"

    def people_of(self, rows: list[dict[str, str]]) -> None:
        """As a Parquet file: only there can somebody have several of something."""
        table = pa.table(
            {
                "user_id": [row["user"] for row in rows],
                "email": [f"{row['user']}@people.example" for row in rows],
                "device": [row["device"] or None for row in rows],
                "push_streams": [row["streams"].split() for row in rows],
                "monthly_active": [row["active"] == "yes" for row in rows],
                "products": [[one.strip() for one in row["products"].split(",") if one.strip()] for row in rows],
            }
        )
        written = io.BytesIO()
        pq.write_table(table, written)
        assert upload(self.client, written.getvalue(), name="people.parquet")["status"] == "completed"

    def many(self, count: int) -> None:
        self.people([{"user": f"u{n:04}", "mail": "yes", "country": "DE", "orders": "1"} for n in range(count)])

    @property
    def path(self) -> str:
        if not self._path:
            body = {
                "name": f"Spring {uuid4().hex}",
                "audience": self.audience,
                "channels": self.channels,
                "holdout_percentage": self.holdout,
                "holdout_strata": self.strata,
            }
            answer = self.client.post("/api/v1/campaigns", json=body)
            assert answer.status_code == 201, answer.text
            self._path = f"/api/v1/campaigns/{answer.json()['id']}"
        return self._path

    def estimate(self) -> dict[str, Any]:
        answer = self.client.post(f"{self.path}/audiences/estimate")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def judged(self, user: str) -> dict[str, Any]:
        answer = self.client.post(f"{self.path}/eligibility", json={"user_id": user})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def suppress(self, user: str, **more: str) -> None:
        answer = self.client.post("/api/v1/suppressions", json={"user_id": user, **more})
        assert answer.status_code == 201, answer.text


@pytest.fixture
def marketing(tenant: Tenant) -> Marketing:
    return Marketing(tenant)
