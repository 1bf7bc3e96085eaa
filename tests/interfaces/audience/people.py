"""Uploads as clients send them."""

from typing import Any
from uuid import uuid4

import httpx
from tests.support.waiting import until

PEOPLE = """user_id,email,phone,country,orders,vip,since
u1,u1@people.example,+15550001,DE,5,true,2026-12-30
u2,,+15550002,DE,0,false,2020-01-01
u3,u3@people.example,,FR,12,false,2026-12-01
u4,,,FR,,true,
"""


def upload(
    client: httpx.Client, content: bytes | str, name: str = "people.csv", dataset: str = "people"
) -> dict[str, Any]:
    """Uploads a file and waits for the end of its import."""
    raw = content.encode() if isinstance(content, str) else content
    answer = client.post("/api/v1/audience/imports", files={"file": (name, raw)}, data={"dataset": dataset})
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["id"])


def ended(client: httpx.Client, import_id: str) -> dict[str, Any]:
    seen: dict[str, Any] = until(
        lambda: client.get(f"/api/v1/audience/imports/{import_id}").json(),
        lambda one: one["status"] in ("completed", "failed"),
    )
    return seen


def draft(client: httpx.Client, **fields: Any) -> str:
    """A campaign; returns its path."""
    answer = client.post("/api/v1/campaigns", json={"name": f"Spring {uuid4().hex}", **fields})
    assert answer.status_code == 201, answer.text
    return f"/api/v1/campaigns/{answer.json()['id']}"
