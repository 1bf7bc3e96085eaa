"""Figures, of one process and of a whole tree."""

import subprocess
import sys
from pathlib import Path

from prometheus_client import generate_latest

from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.metrics import ProcessTreeRegistry, PrometheusMeasures

_MEASURE = """
from prometheus_client import generate_latest
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.metrics import ProcessTreeRegistry, PrometheusMeasures
registry = ProcessTreeRegistry()
PrometheusMeasures(Instruments(registry)).observe("ActivateCampaign", "done", 0.002)
print(generate_latest(registry).decode())
"""


def test_messages_are_counted_and_timed_by_name_and_outcome() -> None:
    registry = ProcessTreeRegistry()
    measures = PrometheusMeasures(Instruments(registry))
    measures.observe("ActivateCampaign", "done", 0.002)
    measures.observe("ActivateCampaign", "campaign.status_transition", 0.001)
    labels = {"message": "ActivateCampaign", "outcome": "done"}
    assert registry.get_sample_value("campaigns_application_messages_seconds_count", labels) == 1
    assert registry.get_sample_value("campaigns_application_messages_seconds_sum", labels) == 0.002
    assert b"campaigns_application_messages_seconds_bucket" in generate_latest(registry)


def test_any_process_of_a_tree_shows_the_sums_of_all(tmp_path: Path) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    shown = [
        subprocess.run(
            [sys.executable, "-c", _MEASURE], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    line = 'campaigns_application_messages_seconds_count{message="ActivateCampaign",outcome="done"}'
    assert [f"{line} {count}.0" in text for count, text in enumerate(shown, 1)] == [True, True]
