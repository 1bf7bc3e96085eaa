"""The events' contract."""

from typing import Any

import jsonschema
import pytest
import yaml
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from campaigns.application.shared.event_terms import EventTerms
from campaigns.interfaces.rest.feed.asyncapi import asyncapi_document, asyncapi_yaml
from campaigns.interfaces.rest.feed.catalogue import all_news

DOCUMENT = asyncapi_document(all_news().catalogue)
MESSAGES = DOCUMENT["components"]["messages"]
TOLD = sorted(title for title, message in MESSAGES.items() if message["name"].startswith("campaign."))
PROMISED = """created updated scheduled activated started paused resumed completed cancelled message.queued message.sent
message.delivered message.opened message.clicked message.converted message.bounced message.unsubscribed
metric.updated""".split()


def resolve(reference: str) -> object:
    found: object = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        assert isinstance(found, dict)
        found = found[part]
    return found


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in references(value)]
    return [ref for value in node for ref in references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("name", PROMISED)
def test_every_promised_event_is_described(name: str) -> None:
    assert f"campaign.{name}" in {channel["address"] for channel in DOCUMENT["channels"].values()}


LISTENED = "delivered failed bounced opened clicked complained unsubscribed replied".split()


@pytest.mark.parametrize("name", LISTENED)
def test_what_is_listened_to_is_described(name: str) -> None:
    received = [each["channel"]["$ref"] for each in DOCUMENT["operations"].values() if each["action"] == "receive"]
    addresses = {resolve(f"{reference}/address") for reference in received}
    assert f"notification.{name}" in addresses


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)
    assert len(found) > 100
    assert all(resolve(reference) is not None for reference in found)


def test_it_has_the_shape_of_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = resolve(operation["channel"]["$ref"])
        assert isinstance(channel, dict)
        names = [message["$ref"].rpartition("/")[2] for message in operation["messages"]]
        assert names == list(channel["messages"])


@pytest.mark.parametrize("title", sorted(MESSAGES))
def test_each_example_fits_its_schema(title: str) -> None:
    message = MESSAGES[title]
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(message["examples"][0]["payload"])


@pytest.mark.parametrize("title", TOLD)
def test_a_payload_without_its_campaign_does_not_fit(title: str) -> None:
    message = MESSAGES[title]
    example = message["examples"][0]["payload"]
    event = dict(example[0] if isinstance(example, list) else example)
    event["data"] = {key: value for key, value in event["data"].items() if key != "campaign_id"}
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate([event] if isinstance(example, list) else event)


def test_the_yaml_says_the_same() -> None:
    assert yaml.safe_load(asyncapi_yaml(all_news().catalogue)) == DOCUMENT


def test_another_prefix_moves_every_subject() -> None:
    moved = asyncapi_document(all_news().catalogue, EventTerms(prefix="acme", inbound_prefix="corp.eu"))
    begins = {"send": "acme.", "receive": "corp.eu."}
    for operation in moved["operations"].values():
        title = operation["channel"]["$ref"].rpartition("/")[2]
        assert moved["channels"][title]["address"].startswith(begins[operation["action"]])


def test_messages_that_travel_alone_are_described_alone() -> None:
    alone = asyncapi_document(all_news().catalogue, EventTerms(single_messages=True))
    assert {MESSAGES[title]["payload"].get("type") for title in TOLD if "Message" in title} == {"array"}
    for title in TOLD:
        described = alone["components"]["messages"][title]
        assert described["contentType"] == "application/cloudevents+json"
        assert isinstance(described["examples"][0]["payload"], dict)


@pytest.mark.parametrize("title", TOLD)
def test_each_example_is_a_cloud_event_for_others(title: str) -> None:
    example = MESSAGES[title]["examples"][0]["payload"]
    event = example[0] if isinstance(example, list) else example
    read = JSONFormat().read(CloudEvent, __import__("json").dumps(event))
    assert read.get_type() == event["type"]


@pytest.mark.parametrize("title", TOLD)
def test_each_field_that_its_name_does_not_explain_is_explained(title: str) -> None:
    kind = MESSAGES[title]["payload"].get("items", MESSAGES[title]["payload"])
    schema = resolve(kind["allOf"][1]["properties"]["data"]["$ref"])
    assert isinstance(schema, dict)
    unexplained = [name for name, field in schema["properties"].items() if not _says(field)]
    assert set(unexplained) <= {"name"}


def _says(field: dict[str, Any]) -> bool:
    inner = [field, *field.get("anyOf", [])]
    return any({"description", "enum", "$ref"} & each.keys() for each in inner)
