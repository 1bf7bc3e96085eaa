"""What mail services post, over the wire, signed as they sign: each in the shape that its documentation shows."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from tests.support.databases import Databases
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.provider_posts import TOPIC, Mailgun, Posted, Postmark, SendGrid, Sns
from tests.support.running_service import RunningService, Tenant, fresh_tenant, running_service
from tests.support.servers import Addresses
from tests.support.waiting import PATIENCE, eventually

from campaigns.domain.delivery.numbers import FactKind as F

_UNSUBSCRIBED, _BOUNCED, _COMPLAINED = 3, 4, 5


class Services:
    """The mail services of this module, each with keys of its own."""

    def __init__(self, folder: Path) -> None:
        self.sendgrid, self.mailgun, self.postmark, self.sns = SendGrid(), Mailgun(), Postmark(), Sns(folder)
        self.settings = {
            "FEEDBACK_SECRETS": f"sendgrid:{SendGrid().secret},sendgrid:{self.sendgrid.secret},"
            f"mailgun:{self.mailgun.secret},postmark:{self.postmark.secret},ses:{TOPIC}",
            "SNS_CERTIFICATES": str(folder),
            "SNS_CONFIRM_SUBSCRIPTIONS": "false",
        }


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return Services(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def service(databases: Databases, servers: Addresses, services: Services) -> Iterator[RunningService]:
    with databases.fresh() as url, running_service(url, servers.nats, settings=services.settings) as running:
        yield running


@pytest.fixture
def tenant(service: RunningService) -> Iterator[Tenant]:
    with fresh_tenant(service) as made:
        yield made


@pytest.fixture
def ledger(service: RunningService, tenant: Tenant) -> WrittenLedger:
    """Ten people were written to."""
    written = WrittenLedger(
        service.database_url, people=10, execution_no=next(EXECUTION_NUMBERS), tenant=tenant.tenant_id
    )
    written.say(ranges=[(1, 10)])
    return written


@pytest.fixture
def provider(service: RunningService) -> Iterator[httpx.Client]:
    """Knows the address, and has no key of ours."""
    with httpx.Client(base_url=f"{service.url}/api/v1/feedback", trust_env=False, timeout=PATIENCE) as client:
        yield client


def facts(ledger: WrittenLedger) -> list[tuple[int, F, bool | None]]:
    """Message, kind, and whether a bounce is hard."""
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute(
            "select seq, kind, (detail->>'hard')::boolean from message_facts"
            " where execution_no = %s and source_event_id is not null order by append_no, seq, kind",
            (ledger.execution_no,),
        ).fetchall()
    return [(seq, F(kind), hard) for seq, kind, hard in rows]


def suppressed(ledger: WrittenLedger) -> dict[str, int]:
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute(
            "select user_id, reason from suppressions where tenant_id = %s", (ledger.tenant,)
        ).fetchall()
    return dict(rows)


def send(client: httpx.Client, path: str, posted: Posted) -> httpx.Response:
    return client.post(path, content=posted.body, headers=dict(posted.headers))


def mail(ledger: WrittenLedger, seq: int) -> str:
    return f"{ledger.execution_no}-{seq}"


# SendGrid

BOUNCES = [
    ({"type": "bounce", "bounce_classification": "Invalid Address", "status": "5.1.1", "reason": "550 5.1.1 x"}, True),
    ({"type": "bounce", "bounce_classification": "Mailbox Unavailable", "reason": "552 5.2.2 full"}, False),
    ({"type": "blocked", "bounce_classification": "Reputation", "status": "5.7.1", "reason": "550 5.7.1 x"}, False),
    ({"type": "bounce", "bounce_classification": "Unclassified", "reason": "550 5.1.1 no such user"}, True),
    ({"type": "bounce", "bounce_classification": "Unclassified", "reason": "451 4.7.1 greylisted"}, False),
]


def test_sendgrid_tells_what_became_of_mails(services: Services, provider: httpx.Client, ledger: WrittenLedger) -> None:
    event, number = SendGrid.event, ledger.execution_no
    answer = send(
        provider,
        "/sendgrid",
        services.sendgrid.post(
            event("processed", f"{number}-1"),
            event("delivered", f"{number}-1", response="250 OK"),
            event("open", f"{number}-1", useragent="Mozilla/5.0", ip="192.0.2.7", sg_machine_open=False),
            event("click", f"{number}-1", url="https://shop.example/", url_offset={"index": 0, "type": "html"}),
            event("deferred", f"{number}-2", response="400 try again later", attempt="5"),
            event("spamreport", f"{number}-3"),
            event("group_unsubscribe", f"{number}-4", asm_group_id=10),
            event("dropped", f"{number}-5", reason="Bounced Address", status="5.0.0"),
            event("dropped", f"{number}-6", reason="Spam Content"),
        ),
    )
    assert (answer.status_code, answer.json()["accepted"]) == (202, 7), answer.text
    expected = [
        (1, F.DELIVERED, None),
        (1, F.OPENED, None),
        (1, F.CLICKED, None),
        (3, F.COMPLAINED, None),
        (4, F.UNSUBSCRIBED, None),
        (5, F.BOUNCED, True),
        (6, F.BOUNCED, False),
    ]
    eventually(lambda: facts(ledger), expected)
    assert suppressed(ledger) == {"u3": _COMPLAINED, "u4": _UNSUBSCRIBED, "u5": _BOUNCED}


@pytest.mark.parametrize(("fields", "hard"), BOUNCES)
def test_sendgrids_classes_tell_hard_bounces_from_soft_ones(
    fields: dict[str, Any], hard: bool, services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    assert send(
        provider, "/sendgrid", services.sendgrid.post(SendGrid.event("bounce", mail(ledger, 1), **fields))
    ).is_success
    eventually(lambda: facts(ledger), [(1, F.BOUNCED, hard)])
    assert ("u1" in suppressed(ledger)) is hard


# Mailgun


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("delivered", {"delivery-status": {"code": 250, "message": "OK"}}, (F.DELIVERED, None)),
        ("opened", {"client-info": {"user-agent": "Mozilla/5.0"}, "ip": "192.0.2.7"}, (F.OPENED, None)),
        ("clicked", {"url": "https://shop.example/"}, (F.CLICKED, None)),
        ("complained", {}, (F.COMPLAINED, None)),
        ("unsubscribed", {}, (F.UNSUBSCRIBED, None)),
        (
            "failed",
            {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "message": "5.1.1 nobody"}},
            (F.BOUNCED, True),
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "suppress-bounce", "delivery-status": {"code": 605}},
            (F.BOUNCED, True),
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "old", "delivery-status": {"code": 602, "message": "Too old"}},
            (F.BOUNCED, False),
        ),
        (
            "failed",
            {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 552, "message": "5.2.2 full"}},
            (F.BOUNCED, False),
        ),
        ("failed", {"severity": "permanent", "reason": "suppress-unsubscribe"}, (F.UNSUBSCRIBED, None)),
        ("failed", {"severity": "temporary", "reason": "generic", "delivery-status": {"code": 452}}, None),
        ("accepted", {}, None),
    ],
)
def test_mailgun_tells_what_became_of_a_mail(  # noqa: PLR0917 - fixtures beside the table's columns
    name: str,
    fields: dict[str, Any],
    expected: tuple[F, bool | None] | None,
    services: Services,
    provider: httpx.Client,
    ledger: WrittenLedger,
) -> None:
    answer = send(provider, "/mailgun", services.mailgun.post(Mailgun.event(name, mail(ledger, 1), **fields)))
    assert answer.status_code == 202, answer.text
    eventually(lambda: facts(ledger), [(1, *expected)] if expected else [])


def test_a_token_of_mailgun_works_once_whatever_comes_with_it(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    first = services.mailgun.post(Mailgun.event("delivered", mail(ledger, 1)), token="t" * 50)
    assert send(provider, "/mailgun", first).is_success
    stolen = services.mailgun.post(Mailgun.event("complained", mail(ledger, 2)), token="t" * 50)
    assert send(provider, "/mailgun", stolen).status_code == 202
    eventually(lambda: facts(ledger), [(1, F.DELIVERED, None)])
    assert suppressed(ledger) == {}


# Postmark


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("Delivery", {"DeliveredAt": "2026-11-20T16:33:54.9070259Z", "Details": "Test"}, (F.DELIVERED, None)),
        ("Open", {"ReceivedAt": "2026-11-20T16:33:54Z", "UserAgent": "M", "FirstOpen": True}, (F.OPENED, None)),
        ("Click", {"ReceivedAt": "2026-11-20T16:33:54Z", "OriginalLink": "https://x.example"}, (F.CLICKED, None)),
        ("Bounce", {"ID": 42, "Type": "HardBounce", "TypeCode": 1, "Description": "no"}, (F.BOUNCED, True)),
        ("Bounce", {"ID": 42, "Type": "BadEmailAddress", "TypeCode": 100000}, (F.BOUNCED, True)),
        ("Bounce", {"ID": 42, "Type": "SoftBounce", "TypeCode": 4096, "Details": "550 5.1.1"}, (F.BOUNCED, False)),
        ("Bounce", {"ID": 42, "Type": "Transient", "TypeCode": 2}, (F.BOUNCED, False)),
        ("Bounce", {"ID": 42, "Type": "AutoResponder", "TypeCode": 64}, None),
        ("SpamComplaint", {"ID": 42, "Type": "SpamComplaint", "TypeCode": 100001}, (F.COMPLAINED, None)),
        (
            "SubscriptionChange",
            {"SuppressSending": True, "SuppressionReason": "ManualSuppression", "ChangedAt": "2026-11-20T10:53:34Z"},
            (F.UNSUBSCRIBED, None),
        ),
        ("SubscriptionChange", {"SuppressSending": False, "SuppressionReason": None}, None),
    ],
)
def test_postmark_tells_what_became_of_a_mail(  # noqa: PLR0917 - fixtures beside the table's columns
    kind: str,
    fields: dict[str, Any],
    expected: tuple[F, bool | None] | None,
    services: Services,
    provider: httpx.Client,
    ledger: WrittenLedger,
) -> None:
    answer = send(provider, "/postmark", services.postmark.post(Postmark.record(kind, mail(ledger, 1), **fields)))
    assert (answer.status_code, answer.json()["unreadable"]) == (202, []), answer.text
    eventually(lambda: facts(ledger), [(1, *expected)] if expected else [])


def test_an_answer_to_a_mail_is_a_reply(services: Services, provider: httpx.Client, ledger: WrittenLedger) -> None:
    inbound = {
        "FromName": "Ann",
        "From": "ann@people.example",
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "Date": "Thu, 5 Apr 2026 16:59:01 +0200",
        "TextBody": "Yes please",
        "Headers": [{"Name": "In-Reply-To", "Value": f"<{mail(ledger, 7)}.{'a' * 32}@acme.example>"}],
    }
    assert send(provider, "/postmark", services.postmark.post(inbound)).is_success
    received = services.sns.post(
        {
            "notificationType": "Received",
            "mail": {
                "timestamp": "2026-11-20T10:00:00.000Z",
                "messageId": "d6iitobk75ur44p8kdnnp7g2n800",
                "headers": [{"name": "In-Reply-To", "value": f"<{mail(ledger, 8)}.{'a' * 32}@acme.example>"}],
            },
            "receipt": {"recipients": ["news@acme.example"]},
        }
    )
    assert send(provider, "/ses", received).is_success
    eventually(lambda: facts(ledger), [(7, F.REPLIED, None), (8, F.REPLIED, None)])


# Amazon SES over SNS

GENERAL = {"bouncedRecipients": [{"emailAddress": "a@x.example"}], "timestamp": "2026-11-20T10:00:00.000Z"}


@pytest.mark.parametrize("published", [True, False], ids=["event publishing", "feedback notification"])
@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (
            "Delivery",
            {"delivery": {"timestamp": "2026-11-20T10:00:00.000Z", "smtpResponse": "250"}},
            (F.DELIVERED, None),
        ),
        (
            "Bounce",
            {"bounce": GENERAL | {"bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "f"}},
            (F.BOUNCED, True),
        ),
        (
            "Bounce",
            {"bounce": GENERAL | {"bounceType": "Transient", "bounceSubType": "MailboxFull", "feedbackId": "f"}},
            (F.BOUNCED, False),
        ),
        (
            "Bounce",
            {"bounce": GENERAL | {"bounceType": "Undetermined", "bounceSubType": "Undetermined", "feedbackId": "f"}},
            (F.BOUNCED, False),
        ),
        (
            "Complaint",
            {"complaint": {"feedbackId": "f", "complaintFeedbackType": "abuse", "timestamp": "2026-11-20T10:00:00Z"}},
            (F.COMPLAINED, None),
        ),
        ("Complaint", {"complaint": {"feedbackId": "f", "complaintFeedbackType": "not-spam"}}, None),
    ],
)
def test_ses_tells_what_became_of_a_mail(  # noqa: PLR0917 - fixtures beside the table's columns
    kind: str,
    fields: dict[str, Any],
    expected: tuple[F, bool | None] | None,
    published: bool,
    version: str,
    services: Services,
    provider: httpx.Client,
    ledger: WrittenLedger,
) -> None:
    event = Sns.event(kind, mail(ledger, 1), published=published, **fields)
    answer = send(provider, "/ses", services.sns.post(event, version=version))
    assert (answer.status_code, answer.json()["unreadable"]) == (202, []), answer.text
    eventually(lambda: facts(ledger), [(1, *expected)] if expected else [])


def test_ses_tells_opens_clicks_and_departures(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    seen = {"timestamp": "2026-11-20T10:00:00.000Z", "userAgent": "Mozilla/5.0", "ipAddress": "192.0.2.7"}
    left = {"newTopicPreferences": {"unsubscribeAll": True}, "timestamp": "2026-11-20T10:00:00.000Z"}
    for event in (
        Sns.event("Open", mail(ledger, 1), open=seen),
        Sns.event("Click", mail(ledger, 1), click={**seen, "link": "https://shop.example/", "linkTags": {}}),
        Sns.event("Subscription", mail(ledger, 2), subscription=left),
        Sns.event("Send", mail(ledger, 3), send={}),
    ):
        assert send(provider, "/ses", services.sns.post(event)).is_success
    eventually(lambda: facts(ledger), [(1, F.OPENED, None), (1, F.CLICKED, None), (2, F.UNSUBSCRIBED, None)])


def test_a_subscription_waits_for_the_operator_where_that_is_wanted(
    services: Services, provider: httpx.Client, service: RunningService
) -> None:
    url = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token={time.time()}"
    assert send(provider, "/ses", services.sns.subscription(url)).status_code == 202
    (line,) = (line for line in service.log.read_text().splitlines() if url in line)
    assert json.loads(line)["event"] == "sns_subscription_waits"


# What holds for all of them


def every(services: Services, ledger: WrittenLedger, seq: int = 1) -> dict[str, Posted]:
    """A hard bounce in each format."""
    number = mail(ledger, seq)
    return {
        "/sendgrid": services.sendgrid.post(
            SendGrid.event("bounce", number, type="bounce", bounce_classification="Invalid Address")
        ),
        "/mailgun": services.mailgun.post(
            Mailgun.event("failed", number, severity="permanent", reason="suppress-bounce")
        ),
        "/postmark": services.postmark.post(Postmark.record("Bounce", number, ID=1, TypeCode=1)),
        "/ses": services.sns.post(
            Sns.event("Bounce", number, bounce=GENERAL | {"bounceType": "Permanent", "bounceSubType": "General"})
        ),
    }


FORMATS = ["/sendgrid", "/mailgun", "/postmark", "/ses"]


@pytest.mark.parametrize("path", FORMATS)
def test_a_refusal_is_suppressed_before_it_is_answered(
    path: str, services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    assert send(provider, path, every(services, ledger)[path]).json() == {
        "accepted": 1,
        "kept": 0,
        "foreign": 0,
        "unreadable": [],
    }
    assert suppressed(ledger) == {"u1": _BOUNCED}


@pytest.mark.parametrize("path", FORMATS)
def test_a_post_that_comes_again_has_no_effect_even_after_the_person_was_let_in_again(
    path: str, services: Services, provider: httpx.Client, ledger: WrittenLedger, tenant: Tenant
) -> None:
    posted = every(services, ledger)[path]
    assert send(provider, path, posted).is_success
    assert tenant.client.delete("/api/v1/suppressions/u1/email").status_code == 204
    for _ in range(2):
        assert send(provider, path, posted).status_code == 202
    eventually(lambda: (len(facts(ledger)), suppressed(ledger)), (1, {}))


@pytest.mark.parametrize("path", FORMATS)
def test_forged_posts_are_refused_and_have_no_effect(
    path: str, services: Services, provider: httpx.Client, ledger: WrittenLedger, tmp_path: Path
) -> None:
    stranger = Services(tmp_path)
    stranger.sns.certificate_url = services.sns.certificate_url
    genuine, forged = every(services, ledger)[path], every(stranger, ledger)[path]
    posts = [forged, Posted(genuine.body, {"content-type": "application/json"})][
        : 1 if path in {"/ses", "/mailgun"} else 2
    ]
    if path not in {"/postmark", "/mailgun"}:  # a password and Mailgun's token say nothing about the body
        posts.append(Posted(genuine.body.replace(mail(ledger, 1).encode(), mail(ledger, 2).encode()), genuine.headers))
    for posted in posts:
        answer = send(provider, path, posted)
        assert (answer.status_code, answer.json()["code"]) == (403, "request.forbidden"), answer.text
    assert facts(ledger) == []


def test_old_signatures_and_those_of_the_future_are_refused(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    for at in (time.time() - 4 * 86_400, time.time() + 3_600):
        event, record = SendGrid.event("delivered", mail(ledger, 1)), Mailgun.event("delivered", mail(ledger, 1))
        assert send(provider, "/sendgrid", services.sendgrid.post(event, at=at)).status_code == 403
        assert send(provider, "/mailgun", services.mailgun.post(record, at=at)).status_code == 403
    old = services.sns.post(Sns.event("Delivery", mail(ledger, 1)), Timestamp="2026-01-01T00:00:00.000Z")
    assert send(provider, "/ses", old).status_code == 403
    assert facts(ledger) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:evil"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "https://169.254.169.254/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/?x=.html"},
    ],
    ids=lambda fields: next(iter(fields.values()))[:60],
)
def test_a_topic_or_certificate_of_somebody_else_is_refused(
    fields: dict[str, str], services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    assert (
        send(provider, "/ses", services.sns.post(Sns.event("Delivery", mail(ledger, 1)), **fields)).status_code == 403
    )
    assert facts(ledger) == []


def test_a_certificate_out_of_reach_is_said_so_that_amazon_comes_again(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    unknown = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-unknown.pem"
    answer = send(provider, "/ses", services.sns.post(Sns.event("Delivery", mail(ledger, 1)), SigningCertURL=unknown))
    assert (answer.status_code, answer.json()["code"]) == (503, "dependency.unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_of_a_half_known_batch_what_is_known_is_taken(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    answer = send(
        provider,
        "/sendgrid",
        services.sendgrid.post(
            SendGrid.event("delivered", mail(ledger, 1)),
            SendGrid.event("delivered", mail(ledger, 11)),  # ten were written to
            SendGrid.event("delivered", "1999999999-1"),
            {"email": "x@y.example", "event": "delivered", "timestamp": 1, "sg_event_id": "a"},
            SendGrid.event("delivered", mail(ledger, 2), timestamp="yesterday"),
            "nonsense",
            {},
            SendGrid.event("delivered", mail(ledger, 3), reason="\0 \ud800"),
            SendGrid.event("something new", mail(ledger, 4)),
            SendGrid.event("delivered", "", **{"smtp-id": f"<{mail(ledger, 5)}.{'a' * 32}@acme.example>"}),
        ),
    )
    told = answer.json()
    assert (answer.status_code, told["accepted"]) == (202, 3), answer.text
    assert [one["pointer"] for one in told["unreadable"]] == ["/4", "/5", "/6"]
    eventually(lambda: [seq for seq, *_ in facts(ledger)], [1, 3, 5])


@pytest.mark.parametrize("path", FORMATS)
@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'"x"', b"[1, 2", b"{}"])
def test_truncated_and_senseless_bodies_are_refused(
    path: str, body: bytes, services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    headers = dict(every(services, ledger)[path].headers)
    assert send(provider, path, Posted(body, headers)).status_code in {202, 403, 422}
    assert facts(ledger) == []


@pytest.mark.parametrize("path", FORMATS)
def test_a_body_of_any_size_is_not_read(
    path: str, services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    posted = every(services, ledger)[path]
    answer = send(provider, path, Posted(posted.body + b" " * 11_000_000, posted.headers))
    assert (answer.status_code, facts(ledger)) == (413, [])


# Machines, as the services tell them apart

_MAIL_PRIVACY = {
    "client-info": {
        "client-name": "unknown",
        "client-type": "unknown",
        "user-agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15",
        "device-type": "unknown",
        "client-os": "unknown",
        "bot": "apple",
    },
    "geolocation": {"region": "Unknown", "country": "US", "city": "Unknown"},
}
_PERSON = {"client-info": {**_MAIL_PRIVACY["client-info"], "bot": ""}}


def test_hits_that_a_service_calls_a_machines_count_as_such(
    services: Services, provider: httpx.Client, ledger: WrittenLedger
) -> None:
    agent = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15"
    sendgrid = services.sendgrid.post(
        SendGrid.event("open", mail(ledger, 1), useragent=agent, sg_machine_open=True),
        SendGrid.event("open", mail(ledger, 2), useragent=agent, sg_machine_open=False),
    )
    assert send(provider, "/sendgrid", sendgrid).json()["accepted"] == 2
    for name, seq, fields in (("opened", 3, _MAIL_PRIVACY), ("clicked", 4, _MAIL_PRIVACY), ("opened", 5, _PERSON)):
        told = services.mailgun.post(Mailgun.event(name, mail(ledger, seq), **fields))
        assert send(provider, "/mailgun", told).json()["accepted"] == 1
    eventually(ledger.figures, {"sent": (10, 10, 0, 0), "opened": (2, 2, 2, 2), "clicked": (0, 0, 1, 1)})
