"""Files of people who must not be written to, over a real socket."""

import io

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.interfaces.audience.people import ended
from tests.support.running_service import Tenant


def sent(client: httpx.Client, content: bytes, name: str = "off.csv", **beside: str) -> dict[str, object]:
    answer = client.post("/api/v1/suppressions/upload", files={"file": (name, content)}, data=beside)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["id"])


def suppressed(client: httpx.Client) -> list[tuple[str, str, str]]:
    listed = client.get("/api/v1/suppressions").json()["suppressions"]
    return [(one["user_id"], one["channel"], one["reason"]) for one in listed]


def test_a_file_suppresses_everybody_it_names_and_names_what_it_cannot_use(tenant: Tenant) -> None:
    content = b"user_id,note\nanna,x\n,y\nben,x\nben,x\n" + b"u" * 256 + b",z\n"
    for _ in range(2):
        done = sent(tenant.client, content, channel="email", reason="unsubscribed")
        assert (done["status"], done["imported"], done["replaced"]) == ("completed", 2, 1)
        assert done["suppresses"] == {"channel": "email", "reason": "unsubscribed"}
        assert done["rejections"] == [
            {"row": 3, "rule": "user_id is missing"},
            {"row": 6, "rule": "user_id has more than 255 characters"},
        ]
        assert suppressed(tenant.client) == [("anna", "email", "unsubscribed"), ("ben", "email", "unsubscribed")]


def test_a_parquet_file_will_do_and_says_everywhere_unless_told(tenant: Tenant) -> None:
    written = io.BytesIO()
    pq.write_table(pa.table({"user_id": ["zoe", "yan"]}), written)
    assert sent(tenant.client, written.getvalue(), "off.parquet")["imported"] == 2
    assert suppressed(tenant.client) == [("yan", "*", "manual"), ("zoe", "*", "manual")]
    assert tenant.client.get("/api/v1/audience/imports").json()["total"] == 1


def test_a_file_that_says_more_than_it_is_asked_suppresses_nobody(tenant: Tenant) -> None:
    done = sent(tenant.client, b"user_id,channel\nanna,sms\n")
    assert (done["status"], done["imported"]) == ("failed", 0)
    assert done["error"] == "one channel and one reason hold for the whole file: leave the column channel out"
    assert suppressed(tenant.client) == []


@pytest.mark.parametrize("beside", [{"channel": "pigeon"}, {"reason": "boredom"}])
def test_what_cannot_be_said_is_refused_at_once(tenant: Tenant, beside: dict[str, str]) -> None:
    answer = tenant.client.post("/api/v1/suppressions/upload", files={"file": ("a.csv", b"user_id\na\n")}, data=beside)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}" for name in beside]


def test_a_file_of_unknown_kind_suppresses_nobody(tenant: Tenant) -> None:
    answer = tenant.client.post("/api/v1/suppressions/upload", files={"file": ("off.pdf", b"x")})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
