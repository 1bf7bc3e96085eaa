"""What is told to the world is in the contract of the events."""

import json
import subprocess
import sys

import pytest
import yaml

from campaigns.application.shared.published import PublishedEvent
from campaigns.bootstrap import published_catalogues

PUBLISHED = {name: event for catalogue in published_catalogues() for name, event in catalogue.items()}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_a_published_event_is_frozen_and_named_by_its_context(name: str) -> None:
    assert issubclass(PUBLISHED[name], PublishedEvent)
    assert PUBLISHED[name].__struct_config__.frozen
    assert name == name.lower()
    assert name.startswith("campaign.")


def test_every_published_event_has_a_channel() -> None:
    told = subprocess.run([sys.executable, "-m", "campaigns", "asyncapi"], capture_output=True, text=True, check=True)
    contract = yaml.safe_load(told.stdout)
    described = json.dumps(contract["channels"])
    assert [name for name in sorted(PUBLISHED) if f'"{name}"' not in described] == []
