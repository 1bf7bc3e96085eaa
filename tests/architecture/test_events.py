"""Events are for ever: each is a frozen Event, has a stored name, and a changed name is a change somebody reviews."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.domain.shared.events import Event
from campaigns.infrastructure.eventstore import Topics

PACKAGE = Path(__file__).parents[2] / "src" / "campaigns"
GOLDEN = Path(__file__).with_name("topics.golden")
CONTEXTS = sorted(file.parent.name for file in PACKAGE.glob("domain/*/events.py") if file.parent.name != "shared")


def structs_of(context: str) -> Iterator[type[Any]]:
    """Every event; one that others derive from is their common part, and never recorded itself."""
    module = importlib.import_module(f"campaigns.domain.{context}.events")
    for _, found in inspect.getmembers(module, inspect.isclass):
        if found.__module__ == module.__name__ and issubclass(found, Event) and not found.__subclasses__():
            yield found


def topics_of(context: str) -> Topics:
    found: Topics = importlib.import_module(f"campaigns.infrastructure.{context}.topics").TOPICS
    return found


EVENTS = pytest.mark.parametrize(
    ("context", "event"),
    [pytest.param(context, event, id=event.__name__) for context in CONTEXTS for event in structs_of(context)],
)


@EVENTS
def test_an_event_is_frozen_and_named_by_keyword(context: str, event: type[Any]) -> None:
    assert event.__struct_config__.frozen
    assert {"at", "by"} <= set(event.__struct_fields__)


@EVENTS
def test_an_event_stands_in_its_contexts_topics(context: str, event: type[Any]) -> None:
    assert event in topics_of(context).classes.values()


@EVENTS
def test_an_event_takes_fields_it_does_not_know(context: str, event: type[Any]) -> None:
    assert not event.__struct_config__.forbid_unknown_fields, "an older version reads what a newer one wrote"


@pytest.mark.parametrize("table", sorted(PACKAGE.glob("infrastructure/*/topics.py")), ids=lambda file: file.parent.name)
def test_what_a_context_stores_are_events(table: Path) -> None:
    context = table.parent.name
    if context == "eventstore":
        return
    strangers = [name for name, event in topics_of(context).classes.items() if not issubclass(event, Event)]
    assert strangers == []


def test_stored_names_are_what_they_were() -> None:
    tables = sorted(file.parent.name for file in PACKAGE.glob("infrastructure/*/topics.py"))
    names = [
        f"{name} {event.__module__.removeprefix('campaigns.domain.')}.{event.__name__}"
        for context in tables
        if context != "eventstore"
        for name, event in topics_of(context).classes.items()
    ]
    assert "\n".join(sorted(names)) + "\n" == GOLDEN.read_text()
