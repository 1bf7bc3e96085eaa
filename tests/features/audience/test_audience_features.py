"""Steps of the audience features, over the running service."""

from pytest_bdd import given, parsers, scenarios, then, when
from tests.features.audience.conftest import EVERYBODY, TEXT_MESSAGE, Marketing
from tests.interfaces.audience.people import ended, upload

scenarios(
    "audience/choosing_an_audience.feature",
    "audience/choosing_lists.feature",
    "audience/estimating_an_audience.feature",
    "audience/filtering_an_audience.feature",
    "audience/holding_people_out.feature",
    "audience/importing_people.feature",
    "audience/one_message_an_address.feature",
    "audience/suppressing_people.feature",
)

Table = list[list[str]]


def rows_of(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


@given("these people:")
def these_people(marketing: Marketing, datatable: Table) -> None:
    marketing.people(rows_of(datatable))


@given(parsers.parse("{count:d} people with a mail address"))
@when(parsers.parse("{count:d} people are imported instead"))
def many_people(marketing: Marketing, count: int) -> None:
    marketing.many(count)


@given(parsers.parse('a list "{name}" with "{one}" and "{other}"'))
def list_of_two(marketing: Marketing, name: str, one: str, other: str) -> None:
    upload(marketing.client, f"user_id\n{one}\n{other}\n", f"{name}.csv", name)


@given(parsers.re(r'a list "(?P<name>[^"]+)" with "(?P<one>[^"]+)"$'))
def list_of_one(marketing: Marketing, name: str, one: str) -> None:
    upload(marketing.client, f"user_id\n{one}\n", f"{name}.csv", name)


@given("a campaign for everybody")
def for_everybody(marketing: Marketing) -> None:
    marketing.audience["include"].append({"criteria": EVERYBODY})


@given(parsers.parse('a campaign for everybody on the list "{name}"'))
def for_a_list(marketing: Marketing, name: str) -> None:
    marketing.audience["include"].append({"dataset": name})


@given(parsers.parse('never for anybody on the list "{name}"'))
def never_for_a_list(marketing: Marketing, name: str) -> None:
    marketing.audience["exclude"].append({"dataset": name})


@given(parsers.parse('a campaign for people whose country is "{country}"'))
def for_a_country(marketing: Marketing, country: str) -> None:
    marketing.audience["include"].append({"criteria": {"field": "country", "operator": "equals", "value": country}})


@given(parsers.parse('a campaign for the people "{one}" and "{other}"'))
def for_two(marketing: Marketing, one: str, other: str) -> None:
    marketing.audience["include"].append({"user_ids": [one, other]})


@given(parsers.parse('also for the segment "{name}" of people with more than {orders:d} orders'))
def for_a_segment(marketing: Marketing, name: str, orders: int) -> None:
    criteria = {"field": "orders", "operator": "greater_than", "value": orders}
    made = marketing.client.post("/api/v1/segments", json={"name": name, "criteria": criteria})
    marketing.segments[name] = made.headers["Location"]
    marketing.audience["include"].append({"segment_id": made.json()["id"]})


@given(parsers.parse('never for people whose country is "{country}"'))
def never_for_a_country(marketing: Marketing, country: str) -> None:
    marketing.audience["exclude"].append({"criteria": {"field": "country", "operator": "equals", "value": country}})


@given(parsers.re(r'never for "(?P<user>[^"]+)"$'))
def never_for_one(marketing: Marketing, user: str) -> None:
    marketing.audience["excluded_users"].append(user)


@given(parsers.parse('filtered by the list "{name}"'))
def filtered(marketing: Marketing, name: str) -> None:
    marketing.audience["filters"].append({"name": name, "listed_in": [name], "keep": False})


@given("these people and what they use:")
def people_who_use(marketing: Marketing, datatable: Table) -> None:
    marketing.people_of(rows_of(datatable))


@given(
    parsers.parse(
        'filtered by the blacklist "{lists}", the devices "{devices}", the streams "{streams}", monthly active people'
        ' and the product "{products}"'
    )
)
def filtered_by_all(marketing: Marketing, lists: str, devices: str, streams: str, products: str) -> None:
    marketing.audience["filters"] = {
        "blacklist_tables": lists.split(", "),
        "devices": devices.split(", "),
        "push_streams": streams.split(", "),
        "mau_only": True,
        "products": products.split(", "),
    }


@given(parsers.parse('filtered by the device "{device}" alone'))
def filtered_by_device(marketing: Marketing, device: str) -> None:
    marketing.audience["filters"] = {"devices": [device]}


@given(parsers.parse('filtered by the blacklist "{name}" alone'))
def filtered_by_blacklist(marketing: Marketing, name: str) -> None:
    marketing.audience["filters"] = {"blacklist_tables": [name]}


@then("the filters tell:")
def filters_tell(marketing: Marketing, datatable: Table) -> None:
    told = [[one["name"], str(one["removed"]), str(one["left"])] for one in marketing.estimate()["filters"]]
    assert told == datatable[1:]


@given(parsers.parse("{percent:d} percent are held out"))
def held_out(marketing: Marketing, percent: int) -> None:
    marketing.holdout = percent


@given("it may also go by text message")
def by_text_message_too(marketing: Marketing) -> None:
    marketing.channels = [*marketing.channels, TEXT_MESSAGE]


@when(parsers.parse('"{user}" is suppressed as "{reason}"'))
def suppressed(marketing: Marketing, user: str, reason: str) -> None:
    marketing.suppress(user, reason=reason)


@when(parsers.parse('"{user}" is suppressed on e-mail alone'))
def suppressed_on_mail(marketing: Marketing, user: str) -> None:
    marketing.suppress(user, channel="email", reason="unsubscribed")


@when(parsers.parse('a file of people who left is uploaded, with "{one}" and "{other}"'))
def left_by_file(marketing: Marketing, one: str, other: str) -> None:
    files = {"file": ("left.csv", f"user_id\n{one}\n{other}\n".encode())}
    answer = marketing.client.post("/api/v1/suppressions/upload", files=files, data={"reason": "unsubscribed"})
    assert ended(marketing.client, answer.json()["id"])["imported"] == 2


@when(parsers.parse('a file is uploaded that says "{one}" left e-mail and "{other}" complained'))
def left_row_by_row(marketing: Marketing, one: str, other: str) -> None:
    rows = f"user_id,channel,reason\n{one},email,unsubscribed\n{other},,complained\n"
    answer = marketing.client.post("/api/v1/suppressions/upload", files={"file": ("left.csv", rows.encode())})
    assert ended(marketing.client, answer.json()["id"])["imported"] == 2


@when(parsers.parse('the suppression of "{user}" is lifted'))
def lifted(marketing: Marketing, user: str) -> None:
    assert marketing.client.delete(f"/api/v1/suppressions/{user}/*").status_code == 204


@when(parsers.parse('the segment "{name}" is withdrawn'))
def withdrawn(marketing: Marketing, name: str) -> None:
    assert marketing.client.delete(marketing.segments[name]).status_code == 204


@when("a file is imported:")
def imported(marketing: Marketing, docstring: str) -> None:
    marketing.imported = upload(marketing.client, docstring)


@then(parsers.re(r"it is for (?P<count>\d+) (person|people)"))
def is_for(marketing: Marketing, count: str) -> None:
    assert marketing.estimate()["audience"] == int(count)


@then(parsers.parse('"{user}" gets it by {way}'))
def gets_it(marketing: Marketing, user: str, way: str) -> None:
    told = marketing.judged(user)
    assert (told["eligible"], told["channel"]) == (True, {"e-mail": "email", "text message": "sms"}[way])


@then(parsers.parse('"{user}" does not get it, because of "{reason}"'))
def does_not_get_it(marketing: Marketing, user: str, reason: str) -> None:
    told = marketing.judged(user)
    assert (told["eligible"], told["reason"]) == (False, reason)


@then(parsers.parse('the filter "{name}" removed {count:d} people'))
def filter_removed(marketing: Marketing, name: str, count: int) -> None:
    assert {step["name"]: step["removed"] for step in marketing.estimate()["filters"]}[name] == count


@then(parsers.parse('the audience is refused, because of "{pointer}"'))
def refused(marketing: Marketing, pointer: str) -> None:
    answer = marketing.client.post(f"{marketing.path}/audiences/estimate")
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


@then(parsers.parse("about {count:d} of them are held out"))
def about_so_many(marketing: Marketing, count: int) -> None:
    assert abs(marketing.estimate()["skipped"]["holdout"] - count) < count * 0.3


@then("the held out and the others are all")
def all_accounted_for(marketing: Marketing) -> None:
    estimate = marketing.estimate()
    assert estimate["after_holdout"] + sum(estimate["skipped"].values()) == estimate["audience"]


@then("the same people are held out when asked again")
def always_the_same(marketing: Marketing) -> None:
    first, again = ({n for n in range(200) if held(marketing, n)} for _ in range(2))
    assert first == again
    assert len(first) == marketing.estimate()["skipped"]["holdout"]


def held(marketing: Marketing, number: int) -> bool:
    return bool(marketing.judged(f"u{number:04}")["reason"] == "holdout")


@then("nobody is held out")
def nobody_held_out(marketing: Marketing) -> None:
    assert marketing.estimate()["skipped"] == {}


@then(parsers.parse("{count:d} of them can be reached"))
def can_be_reached(marketing: Marketing, count: int) -> None:
    assert marketing.estimate()["after_suppression"] == count


@then("the estimate is:")
def estimate_is(marketing: Marketing, datatable: Table) -> None:
    (wanted,) = rows_of(datatable)
    estimate = marketing.estimate()
    assert {name: str(estimate[name]) for name in wanted} == wanted


@then(parsers.parse('{count:d} person is skipped for "{reason}"'))
@then(parsers.parse('{count:d} people are skipped for "{reason}"'))
def skipped_for(marketing: Marketing, count: int, reason: str) -> None:
    assert marketing.estimate()["skipped"][reason] == count


@then(parsers.re(r"(?P<count>\d+) (person is|people are) taken in"))
def taken_in(marketing: Marketing, count: str) -> None:
    assert (marketing.imported["status"], marketing.imported["imported"]) == ("completed", int(count))


@then("nobody is left out")
def nobody_left_out(marketing: Marketing) -> None:
    assert (marketing.imported["rejected"], marketing.imported["rejections"]) == (0, [])


@then(parsers.parse('row {row:d} is left out, because "{rule}"'))
def left_out(marketing: Marketing, row: int, rule: str) -> None:
    assert {"row": row, "rule": rule} in marketing.imported["rejections"]


@then(parsers.parse("{count:d} earlier row was replaced"))
def replaced(marketing: Marketing, count: int) -> None:
    assert marketing.imported["replaced"] == count


@then(parsers.parse('the import fails, because "{error}"'))
def failed(marketing: Marketing, error: str) -> None:
    assert (marketing.imported["status"], marketing.imported["error"]) == ("failed", error)


@then(parsers.parse("there are still {count:d} people"))
def still_there(marketing: Marketing, count: int) -> None:
    for_everybody(marketing)
    assert marketing.estimate()["audience"] == count
