"""Steps of the features about templates and test messages, over the running service."""

from typing import Any

import httpx
from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.waiting import until

scenarios("delivery/templates.feature", "delivery/sending_a_test.feature")

WORDS = {"body_text": "Spring is here", "sender_email": "news@acme.example"}


def template_with(story: Story, subject: str) -> httpx.Response:
    body = {"name": f"Spring {story.mark}", "channel_type": "email", "content": WORDS | {"subject": subject}}
    return story.client.post("/api/v1/templates", json=body)


@given(parsers.parse('a template with the subject "{subject}"'), target_fixture="template")
def template(story: Story, subject: str) -> dict[str, Any]:
    made = template_with(story, subject)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@given("a campaign that uses the template")
def uses_template(story: Story, template: dict[str, Any]) -> None:
    story.fields["channels"] = [{"channel_type": "email", "template_id": template["id"]}]


@given(parsers.parse('a campaign with the subject "{subject}"'))
def with_subject(story: Story, subject: str) -> None:
    story.fields["channels"] = [MAIL | {"content": WORDS | {"subject": subject}}]
    if not story.rows:
        story.add("p", 1)
    story.draft()


@when("the campaign is to be activated", target_fixture="answer")
def activate(story: Story) -> httpx.Response:
    return story.client.post(f"{story.path}/activate")


@when("sending has come to rest")
def at_rest(story: Story) -> None:
    until(lambda: story.execution()["status"] == "paused" and story.execution()["accounting"]["sending"] == 0)


@when(parsers.parse('the template\'s subject becomes "{subject}"'))
def change(story: Story, template: dict[str, Any], subject: str) -> None:
    body = {"name": template["name"], "content": WORDS | {"subject": subject}}
    answer = story.client.put(f"/api/v1/templates/{template['id']}", json=body)
    assert answer.status_code == 200, answer.text


@when(parsers.parse('a template with the subject "{subject}" is written'), target_fixture="answer")
def write(story: Story, subject: str) -> httpx.Response:
    return template_with(story, subject)


@when("a test is sent to 2 colleagues", target_fixture="answer")
def send_test(story: Story) -> httpx.Response:
    addresses = [f"colleague-{story.mark}-{n}@acme.example" for n in range(2)]
    return story.client.post(f"{story.path}/test-send", json={"addresses": addresses})


@when("a test is sent to a mailbox that does not exist", target_fixture="answer")
def send_nowhere(story: Story) -> httpx.Response:
    return story.client.post(f"{story.path}/test-send", json={"addresses": [f"gone-{story.mark}-0@acme.example"]})


@when("a test is asked for by text message", target_fixture="answer")
def send_text(story: Story) -> httpx.Response:
    return story.client.post(f"{story.path}/test-send", json={"addresses": ["+4912345"], "channel_type": "sms"})


@then(parsers.parse('everybody has a mail with the subject "{subject}"'))
def everybody_has(story: Story, subject: str) -> None:
    until(lambda: len(story.mails()) == len(story.rows))
    assert set(story.subjects()) == {subject}
    assert len(story.subjects()) == len(story.rows)


@then(parsers.parse('everybody has one mail, first with the subject "{old}" and then "{new}"'))
def old_then_new(story: Story, old: str, new: str) -> None:
    until(lambda: len(story.mails()) == len(story.rows))
    subjects = story.subjects()
    before = subjects.count(old)
    assert subjects == [old] * before + [new] * (len(story.rows) - before)
    assert 0 < before < len(story.rows)


@then(parsers.parse('the mistake "{mistake}" in the subject is named'))
def mistake_in_template(answer: httpx.Response, mistake: str) -> None:
    names(answer, "/content/subject", mistake)


@then(parsers.parse('the mistake "{mistake}" in the first channel\'s subject is named'))
def mistake_in_campaign(answer: httpx.Response, mistake: str) -> None:
    names(answer, "/channels/0/content/subject", mistake)


def names(answer: httpx.Response, pointer: str, mistake: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (422, "delivery.content"), answer.text
    assert {"pointer": pointer, "message": f"line 1: {mistake}"} in answer.json()["errors"]


@then(parsers.parse('the 2 colleagues have a mail with the subject "{subject}"'))
def colleagues_have(story: Story, answer: httpx.Response, subject: str) -> None:
    assert answer.status_code == 200, answer.text
    assert [result["accepted"] for result in answer.json()["results"]] == [True, True]
    assert (len(story.mails()), story.subjects()) == (2, [subject, subject])


@then("nothing is counted")
def nothing_counted(story: Story) -> None:
    assert story.client.get(f"{story.path}/executions").json()["executions"] == []
    assert story.client.get(f"{story.path}/metrics").json()["totals"]["sent"] == 0


@then("the answer says why it was not accepted")
def says_why(answer: httpx.Response) -> None:
    (result,) = answer.json()["results"]
    assert (result["accepted"], "550 5.1.1 no such mailbox" in result["reason"]) == (False, True)


@then("it is refused because the campaign has no such channel")
def no_such_channel(answer: httpx.Response) -> None:
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/channel_type"]
