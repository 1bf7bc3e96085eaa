"""Steps of the control groups by strata, over the running service."""

from typing import Any

from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.audience.conftest import EVERYBODY, Marketing
from tests.features.audience.test_audience_features import Table, many_people, refused

scenarios("audience/holding_people_out_by_strata.feature")

given(parsers.parse("{count:d} people with a mail address"))(many_people)
then(parsers.parse('the audience is refused, because of "{pointer}"'))(refused)


@given(parsers.parse('{some:d} people from "{one}", {more:d} from "{other}" and {few:d} from "{third}"'))
def people_from(marketing: Marketing, some: int, one: str, more: int, other: str, few: int, third: str) -> None:  # noqa: PLR0917
    countries = [one] * some + [other] * more + [third] * few
    marketing.people(
        [{"user": f"u{n:04}", "mail": "yes", "country": where, "orders": "1"} for n, where in enumerate(countries)]
    )


@given("a campaign for everybody")
def for_everybody(marketing: Marketing) -> None:
    marketing.audience["include"].append({"criteria": EVERYBODY})


@given(parsers.re(r'(?P<percent>\d+) percent of each (?P<name>country|"[^"]+") are held out'))
def held_out_of_each(marketing: Marketing, percent: str, name: str) -> None:
    marketing.holdout, marketing.strata = int(percent), [name.strip('"')]


@when(parsers.parse('{count:d} people from "DE" are suppressed'))
def some_suppressed(marketing: Marketing, count: int) -> None:
    said = [{"user_id": f"u{n:04}"} for n in range(count)]
    answer = marketing.client.post("/api/v1/suppressions/import", json={"suppressions": said})
    assert answer.status_code == 200, answer.text


@then("the control group is:")
def control_group_is(marketing: Marketing, datatable: Table) -> None:
    assert [row(one) for one in marketing.estimate()["strata"]] == datatable[1:]


def row(one: dict[str, Any]) -> list[str]:
    return [one["stratum"]["country"], str(one["people"]), str(one["held_out"])]
