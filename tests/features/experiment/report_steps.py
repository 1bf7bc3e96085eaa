"""Steps about the page that tells what a campaign achieved."""

import csv
import html
import io
import xml.etree.ElementTree as ET

from pytest_bdd import parsers, then, when
from tests.features.delivery.conftest import Story
from tests.support.waiting import until


def page(story: Story) -> str:
    answer = story.client.get(f"{story.path}/report.html")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def tells(story: Story, sentence: str) -> None:
    until(lambda: sentence in page(story))


@when("the campaign is written but not started")
def written(story: Story) -> None:
    story.draft()


@then(parsers.parse('the page concludes that "{name}" has the highest open rate'))
def concludes(story: Story, name: str) -> None:
    tells(story, f"{name} has the highest open rate, and it is higher than that of each of the others.")


@then("it adds that the lead need not stay as large")
def lead(story: Story) -> None:
    tells(story, "It does not follow that the lead stays as large")


@then("it shows everybody accounted for")
def accounted(story: Story) -> None:
    tells(story, "Everybody is accounted for: 400 = ")


@then("the page concludes that there is no winner yet")
def none_yet(story: Story) -> None:
    tells(story, "No winner yet.")


@then("it adds that the variants need not be alike")
def not_alike(story: Story) -> None:
    tells(story, "It does not follow that the variants are alike")


@then("the page concludes nothing yet")
def nothing(story: Story) -> None:
    tells(story, "Nothing yet: the test has not begun.")


@then("the test can be taken as a picture that says in words what it shows")
def picture(story: Story) -> None:
    drawn = ET.fromstring(story.client.get(f"{story.path}/ab-test.svg").content)
    words = drawn.get("aria-label") or ""
    assert words.startswith("Open rate of each variant: Short: ")
    assert "; Long: " in words


@then("the same figures can be taken as a table")
def table(story: Story) -> None:
    shown = {one["name"]: one for one in story.client.get(f"{story.path}/ab-test").json()["variants"]}
    lines = list(csv.DictReader(io.StringIO(story.client.get(f"{story.path}/ab-test.csv").text)))
    told = {line["variant"]: (int(line["people"]), int(line["successes"])) for line in lines}
    assert told == {name: (one["people"], one["successes"]) for name, one in shown.items()}
