"""Steps of features/delivery/counting_deliveries.feature, over the running service."""

from typing import Any

from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import Story
from tests.support.waiting import eventually, until

scenarios("delivery/counting_deliveries.feature")


def figures(story: Story) -> dict[str, Any]:
    answer = story.client.get(f"{story.path}/metrics")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["totals"]
    return found


@given(parsers.parse("{count:d} people with a mail address"))
def people_with_mail(story: Story, count: int) -> None:
    story.add("p", count)


@given("a person whose mailbox does not exist")
def gone(story: Story) -> None:
    story.add("gone", 1)


@when("the campaign is started")
def start(story: Story) -> None:
    story.start()


@when("one mail comes back")
def comes_back(story: Story) -> None:
    until(lambda: len(story.mails()) == len(story.rows))
    until(lambda: story.execution()["status"] == "completed")
    bounced = story.recipients()[0]
    event = {"message_id": bounced["message_id"], "type": "bounced", "bounce_type": "hard"}
    answer = story.client.post("/api/v1/feedback/post", json={"events": [event]})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1), answer.text


@then(parsers.parse("{sent:d} mails are sent and {delivered:d} delivered"))
def counted(story: Story, sent: int, delivered: int) -> None:
    def found() -> tuple[int, int]:
        shown = figures(story)
        return shown["sent"], shown["delivered"]

    eventually(found, (sent, delivered))


@then("nobody has opened one, which is a rate of 0 percent")
def nobody_opened(story: Story) -> None:
    assert (figures(story)["opened"], figures(story)["open_rate"]) == (0, 0)
