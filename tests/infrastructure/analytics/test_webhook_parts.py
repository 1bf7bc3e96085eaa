"""The parts behind the providers' webhooks, each alone: tables, Amazon's certificates, the spool."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from tests.infrastructure.http.web import serving

from campaigns.application.analytics.feedback import FeedbackReport, FeedbackTaken
from campaigns.application.analytics.ports import FactName
from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.delivery.provider_bounces import (
    Failing,
    mailgun_failing,
    postmark_failing,
    sendgrid_drop,
    sendgrid_failing,
    ses_failing,
)
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.feedback_spool import FeedbackReturn, FeedbackSpool
from campaigns.infrastructure.analytics.webhooks.amazon import AmazonSns
from campaigns.infrastructure.analytics.webhooks.heard import message_of
from campaigns.infrastructure.analytics.webhooks.sns import is_amazons
from campaigns.infrastructure.http.outgoing_address import TRUSTED

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        (ses_failing("Permanent", "Something New", None), Failing.HARD),
        (ses_failing("Transient", "Something New", "550 5.1.1"), Failing.SOFT),
        (ses_failing("", "", "550 5.1.1 no such user"), Failing.HARD),
        (sendgrid_failing("bounce", "Something New", "452 4.2.2 full"), Failing.SOFT),
        (sendgrid_drop("Something New"), Failing.SOFT),
        (mailgun_failing("permanent", "something new", "550 5.1.1 nobody"), Failing.HARD),
        (mailgun_failing("temporary", "bounce", "550 5.1.1 nobody"), Failing.NOTHING),
        (postmark_failing(999_999, "552 5.2.2 full"), Failing.SOFT),
    ],
)
def test_a_class_that_no_table_knows_is_judged_by_its_words(failing: Failing, expected: Failing) -> None:
    assert failing is expected


@given(st.text(max_size=60))
def test_no_text_but_our_own_names_a_message(text: str) -> None:
    found = message_of([text])
    assert found is None or text.lstrip("<").startswith(f"{found[0]}-") or text.lstrip("<")[0] == "0"


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        (["1017-42"], (1017, 42)),
        ([None, f"<1017-42.{'a' * 32}@acme.example>"], (1017, 42)),
        (["nonsense", f"1017-42.{'a' * 32}@acme.example"], (1017, 42)),
        ([f"<1017-42.{'a' * 31}@acme.example>"], None),
        (["2147483648-1"], None),
        ([], None),
    ],
)
def test_our_message_is_found_by_what_was_sent_along_or_by_its_message_id(
    marks: Sequence[str | None], message: tuple[int, int] | None
) -> None:
    assert message_of(marks) == message


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://sns.eu-west-1.amazonaws.com/a.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/a.pem", True),
        ("https://SNS.eu-west-1.amazonaws.com:443/a.pem", True),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/a.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:bad/a.pem", False),
        ("https://snsxeu-west-1.amazonaws.com/a.pem", False),
        ("https://s3.amazonaws.com/sns.eu-west-1.amazonaws.com/a.pem", False),
        ("http://sns.eu-west-1.amazonaws.com/a.pem", False),
        (None, False),
    ],
)
def test_only_amazons_own_hosts_are_asked(url: str | None, verdict: bool) -> None:
    assert is_amazons(url) is verdict


def test_a_certificate_is_fetched_once_and_a_subscription_is_confirmed() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(body=b"a certificate")

    async def check() -> None:
        async with serving(answer) as url:
            amazon = AmazonSns(None, confirms=True, policy=TRUSTED)
            found = [await amazon.certificate(f"{url}/a.pem") for _ in range(3)]
            assert found == [b"a certificate"] * 3
            assert await amazon.confirm("topic", f"{url}/?Action=ConfirmSubscription&Token=t")
            assert not await AmazonSns(None, confirms=False, policy=TRUSTED).confirm("topic", f"{url}/?Token=u")
        assert asked == ["/a.pem", "/?Action=ConfirmSubscription&Token=t"]

    asyncio.run(check())


@pytest.mark.parametrize(("status", "body"), [(404, b""), (302, b""), (200, b"x" * 70_000)])
def test_what_is_no_certificate_is_not_taken_for_one(status: int, body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"Location": "http://169.254.169.254/"})

    async def check() -> None:
        async with serving(answer) as url:
            with pytest.raises(DependencyDownError):
                await AmazonSns(None, confirms=True, policy=TRUSTED).certificate(f"{url}/a.pem")

    asyncio.run(check())


def test_by_itself_no_private_address_is_asked() -> None:
    with pytest.raises(DependencyDownError):
        asyncio.run(AmazonSns(None, confirms=True).certificate("https://127.0.0.1/a.pem"))


def report(seq: int, post: int) -> FeedbackReport:
    event = ConsumedEvent(key=UUID(int=post), tenant_id=TenantId("default"), subject="feedback.x")
    return FeedbackReport(event_id=f"e{seq}", execution_no=1, seq=seq, name=FactName.DELIVERED, at=NOW, consumed=event)


class Ledger:
    """`Feedback.take` of a ledger that is away at first, and dislikes one message for ever."""

    def __init__(self) -> None:
        self.away, self.taken = True, list[tuple[int, ...]]()

    async def take(self, provider: str, reports: Sequence[FeedbackReport]) -> FeedbackTaken:
        if self.away:
            raise DependencyDownError("postgres", "away")
        if any(one.seq == 13 for one in reports):
            raise ValueError("no such partition")
        self.taken.append(tuple(one.seq for one in reports))
        return FeedbackTaken(accepted=len(reports))


def test_kept_posts_stay_whole_and_one_that_is_refused_holds_up_nobody(tmp_path: Path) -> None:
    async def check() -> None:
        ledger, spool = Ledger(), FeedbackSpool(tmp_path / "feedback.spool")
        back = FeedbackReturn(spool, ledger)  # type: ignore[arg-type] - what it asks of Feedback
        await spool.keep("a", [report(1, 1), report(2, 1)])
        await spool.keep("b", [report(3, 2), report(13, 2), report(4, 2)])
        await spool.keep("a", [report(5, 3)])
        with pytest.raises(DependencyDownError):
            await back.bring_back()
        ledger.away = False
        await back.bring_back()
        assert ledger.taken == [(1, 2), (3,), (4,), (5,)]
        assert spool.empty
        assert b'"seq":13' in (tmp_path / "feedback.spool.refused").read_bytes()

    asyncio.run(check())


def test_a_full_spool_asks_the_provider_to_come_again(tmp_path: Path) -> None:
    spool = FeedbackSpool(tmp_path / "feedback.spool", max_bytes=100)
    with pytest.raises(DependencyDownError) as full:
        asyncio.run(spool.keep("a", [report(1, 1), report(2, 1)]))
    assert full.value.retry_after == 30
    assert spool.empty
