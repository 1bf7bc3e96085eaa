"""Steps of the delivery features, over the running service."""

import time

import httpx
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.waiting import eventually

scenarios(
    "delivery/delivering_a_campaign.feature",
    "delivery/pausing_mid_delivery.feature",
    "delivery/retrying_a_refused_message.feature",
    "delivery/accounting_for_everyone.feature",
)


@given("an audience that nobody belongs to")
def nobody(story: Story) -> None:
    story.add("p", 3)
    story.country = "BR"


@given(parsers.parse("{count:d} people without any address"))
def people_without_address(story: Story, count: int) -> None:
    story.add("q", count, address=False)


@given(parsers.parse("{count:d} people who have unsubscribed from e-mail"))
def unsubscribed(story: Story, count: int) -> None:
    for user_id in story.add("r", count):
        body = {"user_id": user_id, "channel": "email", "reason": "unsubscribed"}
        answer = story.client.post("/api/v1/suppressions", json=body)
        assert answer.status_code in (200, 201), answer.text


@given(parsers.parse("a holdout of {percent:d} percent"))
def holdout(story: Story, percent: int) -> None:
    story.fields["holdout_percentage"] = percent


@given("a person whose mailbox is busy at first")
def busy(story: Story) -> None:
    story.add("busy", 1)


@given("a person whose mailbox does not exist")
def gone(story: Story) -> None:
    story.add("gone", 1)


@given("a person whose mailbox does not exist, with a push token")
def gone_with_token(story: Story) -> None:
    story.add("gone", 1, push_token="token")


@given("push notifications as the second channel")
def push_second(story: Story) -> None:
    push = {"channel_type": "push", "priority": 1, "content": {"title": "Spring", "body": "Spring is here"}}
    story.fields["channels"] = [MAIL, push]


@when("the campaign is cancelled")
def cancel(story: Story) -> None:
    story.tell("cancel", reason="wrong season")


@then("the run is cancelled")
def is_cancelled(story: Story) -> None:
    eventually(lambda: story.execution()["status"], "cancelled")


@then("those who were waiting are counted as cancelled")
def counted_as_cancelled(story: Story) -> None:
    eventually(lambda: story.execution()["accounting"]["sending"], 0)
    counted = story.execution()["accounting"]
    assert counted["holds"]
    assert counted["cancelled"] > 0
    assert counted["cancelled"] == len(story.recipients(state="cancelled"))
    assert counted["sent"] == sum(story.mails().values())


@when("somebody tries to start the campaign", target_fixture="answer")
def try_to_start(story: Story) -> httpx.Response:
    story.draft()
    return story.client.post(f"{story.path}/start")


@then("that is refused because nobody is in the audience")
def refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (422, "audience.empty_segment")


@then("no mail has arrived")
def no_mail(story: Story) -> None:
    assert not story.mails()


@then("no further mail arrives while it is paused")
def quiet(story: Story) -> None:
    eventually(lambda: story.execution()["accounting"]["sending"], 0)
    before = sum(story.mails().values())
    time.sleep(1.5)
    assert sum(story.mails().values()) == before < 60


@then("the person has got one mail")
def one_mail(story: Story) -> None:
    assert list(story.mails().values()) == [1]


@then("the trace of the person tells of a refusal and of a second try")
def trace_of_retry(story: Story) -> None:
    trace = story.client.get(f"{story.path}/recipients/{story.rows[0]['user_id']}").json()
    steps = [step["step"] for step in trace["steps"]]
    assert steps[-3:] == ["deferred", "retrying", "sent"]
    assert "451" in trace["steps"][-3]["details"]["reason"]


@then("the message of the person has failed with the server's words")
def failed_message(story: Story) -> None:
    (recipient,) = story.recipients()
    assert recipient["state"] == "failed"
    assert "550" in recipient["reason"]


@then("the message of the person was sent by push")
def by_push(story: Story) -> None:
    (recipient,) = story.recipients()
    assert (recipient["state"], recipient["channel"]) == ("sent", "push")


@then(parsers.parse("everybody of the {count:d} is accounted for"))
def accounted(story: Story, count: int) -> None:
    counted = story.execution()["accounting"]
    assert counted["audience"] == count == len(story.recipients())
    assert counted["holds"]


@then(parsers.parse("those without an address are skipped with the reason {reason}"))
def without_address(story: Story, reason: str) -> None:
    _skipped_or_held_out(story, "q", reason)


@then(parsers.parse("those who unsubscribed are skipped with the reason {reason}"))
def who_unsubscribed(story: Story, reason: str) -> None:
    _skipped_or_held_out(story, "r", reason)


def _skipped_or_held_out(story: Story, kind: str, reason: str) -> None:
    them = [one for one in story.recipients() if one["user_id"].startswith(f"{kind}-")]
    assert {(one["state"], one["reason"]) for one in them} <= {("skipped", reason), ("holdout", "holdout")}
    assert them


@then("nobody in the holdout has got a mail")
def nobody_held_out(story: Story) -> None:
    held = {one["user_id"] for one in story.recipients(state="holdout")}
    assert held
    assert not held & {to.partition("@")[0] for to in story.mails()}
