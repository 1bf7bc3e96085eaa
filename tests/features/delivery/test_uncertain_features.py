"""Steps about messages whose fate is unknown, over the running service."""

from pytest_bdd import given, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.waiting import until

scenarios("delivery/resending_uncertain_messages.feature")


@given("a person whose mail server hangs up after taking the mail")
def hangs_up(story: Story) -> None:
    story.add("lost", 1)


@given("uncertain mails are to be sent again")
def sent_again(story: Story) -> None:
    story.fields["channels"] = [MAIL | {"uncertain": "resend"}]


@when("an operator has the uncertain messages sent again")
def resend(story: Story) -> None:
    run = story.execution()["execution_id"]
    answer = story.client.post(f"{story.path}/executions/{run}/resend-uncertain")
    assert (answer.status_code, answer.json()) == (202, {"messages": 1})


@then("the message of that person alone is listed as uncertain")
def listed(story: Story) -> None:
    (uncertain,) = story.recipients(state="uncertain")
    assert uncertain["user_id"].startswith("lost-")
    assert story.execution()["accounting"]["uncertain"] == 1


@then("nobody's message is uncertain any more")
def nobody(story: Story) -> None:
    until(lambda: story.execution()["accounting"]["sent"] == 6)
    assert story.execution()["accounting"]["holds"]
    assert story.recipients(state="uncertain") == []


@then("that person has got two mails under one message id")
def twice(story: Story) -> None:
    ids = story.mailbox.message_ids[f"{story.rows[-1]['user_id']}@people.example"]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@then("the others have got one mail each")
def once(story: Story) -> None:
    others = [count for to, count in story.mails().items() if not to.startswith("lost-")]
    assert others == [1] * 5
