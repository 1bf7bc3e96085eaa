"""Steps about budgets, over the running service."""

from decimal import Decimal

from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.delivery.conftest import MAIL, Story
from tests.support.waiting import eventually

scenarios("delivery/staying_within_budget.feature")


@given(parsers.parse("a budget of {amount} EUR"))
def budget(story: Story, amount: str) -> None:
    story.fields["budget"] = {"amount": amount, "currency": "EUR"}


@given(parsers.parse("{count:d} people whose mailboxes do not exist, with a push token"))
def gone_with_tokens(story: Story, count: int) -> None:
    story.add("gone", count, push_token="token")


@given("push notifications as the second channel")
def push_second(story: Story) -> None:
    push = {"channel_type": "push", "priority": 1, "content": {"title": "Spring", "body": "Spring is here"}}
    story.fields["channels"] = [MAIL, push]


@when(parsers.parse("the campaign is resumed after the budget was raised to {amount} EUR"))
def raised(story: Story, amount: str) -> None:
    changed = story.client.patch(story.path, json={"budget": {"amount": amount, "currency": "EUR"}})
    assert changed.status_code == 200, changed.text
    story.tell("resume")


@then("the campaign is paused because its budget is used up")
def exhausted(story: Story) -> None:
    eventually(lambda: story.client.get(story.path).json()["status"], "paused")
    eventually(lambda: story.execution()["accounting"]["sending"], 0)
    eventually(lambda: story.execution().get("detail"), "budget_exhausted")


@then(parsers.parse("it has spent at most {amount} EUR"))
def spent_at_most(story: Story, amount: str) -> None:
    sent = story.execution()["accounting"]["sent"]
    assert 0 < sent * Decimal("0.01") <= Decimal(amount)
    assert cost(story) == sent * Decimal("0.01")


@then(parsers.parse("its figures show a cost of {amount} EUR"))
def costs(story: Story, amount: str) -> None:
    assert cost(story) == Decimal(amount)


@then("no mail has arrived")
def no_mail(story: Story) -> None:
    assert not story.mails()


def cost(story: Story) -> Decimal:
    answer = story.client.get(f"{story.path}/metrics")
    assert answer.status_code == 200, answer.text
    return Decimal(answer.json()["totals"]["cost"]["EUR"])
