"""Files of people who must not be written to, over a real socket."""

import io

import httpx
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from tests.interfaces.audience.people import ended
from tests.support.running_service import Tenant

from campaigns.domain.audience.suppression import CHANNEL_WORDS, REASON_WORDS


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


SAID = {
    "user_id": ["anna", "anna", "anna", "ben", "cleo", "dave", "eve"],
    "channel": ["email", "sms", "email", None, "pigeon", None, "*"],
    "reason": ["bounced", None, "complained", None, None, "boredom", "deleted"],
}


def written(kind: str) -> bytes:
    content = io.BytesIO()
    table = pa.table(SAID)
    (pa_csv.write_csv if kind == "csv" else pq.write_table)(table, content)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_a_row_says_of_where_and_why_wins_over_what_is_said_beside_the_file(tenant: Tenant, kind: str) -> None:
    done = sent(tenant.client, written(kind), f"off.{kind}", channel="push", reason="unsubscribed")
    assert suppressed(tenant.client) == [
        ("anna", "email", "complained"),
        ("anna", "sms", "unsubscribed"),
        ("ben", "push", "unsubscribed"),
        ("eve", "*", "deleted"),
    ]
    assert (done["imported"], done["replaced"], done["rejected"]) == (4, 1, 2)
    assert done["rejections"] == [
        {"row": 6 if kind == "csv" else 5, "rule": f"channel must be one of {', '.join(CHANNEL_WORDS)}"},
        {"row": 7 if kind == "csv" else 6, "rule": f"reason must be one of {', '.join(REASON_WORDS)}"},
    ]


def test_what_was_exported_can_be_taken_in_again(tenant: Tenant) -> None:
    for said in (("anna", "email", "bounced"), ("anna", "sms", "unsubscribed"), ("ben", "*", "deleted")):
        body = dict(zip(("user_id", "channel", "reason"), said, strict=True))
        assert tenant.client.post("/api/v1/suppressions", json=body).status_code == 201
    before, exported = suppressed(tenant.client), tenant.client.get("/api/v1/suppressions/export").content
    for user_id, channel, _ in before:
        assert tenant.client.delete(f"/api/v1/suppressions/{user_id}/{channel}").status_code == 204
    assert sent(tenant.client, exported)["imported"] == 3
    assert suppressed(tenant.client) == before


@pytest.mark.parametrize("beside", [{"channel": "pigeon"}, {"reason": "boredom"}])
def test_what_cannot_be_said_is_refused_at_once(tenant: Tenant, beside: dict[str, str]) -> None:
    answer = tenant.client.post("/api/v1/suppressions/upload", files={"file": ("a.csv", b"user_id\na\n")}, data=beside)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}" for name in beside]


def test_a_file_of_unknown_kind_suppresses_nobody(tenant: Tenant) -> None:
    answer = tenant.client.post("/api/v1/suppressions/upload", files={"file": ("off.pdf", b"x")})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
