"""The dashboards as code: `python k8s/monitoring/dashboards/generate.py` writes campaigns.json for Grafana."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("campaigns.json")
_WIDTH, _HEIGHT, _COLUMNS = 8, 8, 3
_SOURCE = {"type": "prometheus", "uid": "${source}"}

_REFUSED = 'campaigns_application_messages_seconds_count{outcome!="done"}'

Panel = tuple[str, str, dict[str, str]]
"""Title, unit, and the expressions by their legend."""


def p99(histogram: str, *by: str) -> str:
    labels = ", ".join(("le", *by))
    return f"histogram_quantile(0.99, sum by ({labels}) (rate({histogram}_bucket[5m])))"


def per_second(counter: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({counter}[5m]))" if by else f"sum(rate({counter}[5m]))"


def newest(gauge: str, *by: str) -> str:
    """What one process looked at, whichever it is now."""
    return f"max by ({', '.join(by)}) ({gauge})" if by else f"max({gauge})"


ROWS: dict[str, list[Panel]] = {
    "Sending": [
        (
            "Messages handed over",
            "ops",
            {
                "{{channel}} {{provider}} {{status}}": per_second(
                    "campaign_messages_sent_total", "channel", "provider", "status"
                )
            },
        ),
        ("Outcomes in the ledger", "ops", {"{{outcome}}": per_second("campaigns_ledger_messages_total", "outcome")}),
        ("Hand-over of a chunk, 99 %", "s", {"{{provider}}": p99("campaigns_handover_seconds", "provider")}),
        ("Messages in the queue", "short", {"{{state}}": newest("campaigns_queue_messages", "state")}),
        ("Oldest released batch", "s", {"age": newest("campaigns_queue_oldest_released_seconds")}),
        ("Batches claimed", "ops", {"{{reason}}": per_second("campaigns_batch_claims_total", "reason")}),
        (
            "Open executions",
            "short",
            {
                "{{status}}": newest("campaigns_executions_open", "status"),
                "held up": newest("campaigns_executions_held_up"),
            },
        ),
        ("Breakers open", "short", {"{{provider}}": newest("campaigns_breaker_open", "provider")}),
        ("Permits", "ops", {"{{outcome}}": per_second("campaigns_permits_total", "outcome")}),
    ],
    "Followers": [
        ("Behind", "s", {"{{follower}}": newest("campaigns_follower_lag_seconds", "follower")}),
        ("Behind, positions", "short", {"{{follower}}": newest("campaigns_follower_lag_positions", "follower")}),
        ("Events published", "ops", {"{{type}}": per_second("campaigns_events_published_total", "type")}),
        ("Facts stored", "ops", {"{{kind}}": per_second("campaigns_facts_total", "kind")}),
        ("Facts folded", "ops", {"folded": per_second("campaigns_folded_facts_total")}),
        ("Fold of a slice, 99 %", "s", {"99 %": p99("campaigns_fold_seconds")}),
        (
            "Hits held back",
            "short",
            {
                "in memory": "sum(campaigns_tracking_hits_waiting)",
                "lost a second": per_second("campaigns_tracking_hits_dropped_total"),
            },
        ),
        ("Spool", "bytes", {"{{instance}}": "max by (instance) (campaigns_spool_bytes)"}),
        ("Conversions to attribute", "short", {"waiting": newest("campaigns_conversions_waiting")}),
    ],
    "API": [
        ("Requests", "reqps", {"{{status}}": per_second("api_request_total", "status")}),
        ("Time to the answer, 99 %", "s", {"{{endpoint}}": p99("api_request_duration_seconds", "endpoint")}),
        (
            "Refusals and failures",
            "ops",
            {
                "{{message}} {{outcome}}": per_second(_REFUSED, "message", "outcome"),
            },
        ),
        ("Commits of events, 99 %", "s", {"99 %": p99("campaigns_event_commit_seconds")}),
        ("Decisions waiting for a commit", "short", {"waiting": "sum(campaigns_event_commits_waiting)"}),
        (
            "Campaigns",
            "short",
            {
                "{{status}}": newest("campaigns_live", "status"),
                "begun today": "sum(increase(campaigns_created_total[1d]))",
            },
        ),
    ],
    "Processes": [
        ("Dependencies", "short", {"{{dependency}}": "min by (dependency) (campaigns_dependency_up)"}),
        ("Waits for a connection", "s", {"{{pool}}": per_second("campaigns_pool_wait_seconds_total", "pool")}),
        (
            "Connections",
            "short",
            {
                "{{pool}} {{state}}": "sum by (pool, state) (campaigns_pool_connections)",
                "{{pool}} waited for": "sum by (pool) (campaigns_pool_waiting)",
            },
        ),
        ("Event loop late", "s", {"{{instance}}": "max by (instance) (campaigns_event_loop_lag_seconds)"}),
        ("Leases lost", "short", {"{{lease}}": "sum by (lease) (increase(campaigns_lease_losses_total[15m]))"}),
        ("Disk free", "bytes", {"{{instance}}": "min by (instance) (campaigns_home_free_bytes)"}),
    ],
}


def dashboard() -> dict[str, Any]:
    return {
        "uid": "campaigns",
        "title": "Campaigns",
        "tags": ["campaigns"],
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": _panels(),
    }


def _panels() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    top = 0
    for title, panels in ROWS.items():
        place = {"x": 0, "y": top, "w": _WIDTH * _COLUMNS, "h": 1}
        made.append({"id": len(made) + 1, "type": "row", "title": title, "gridPos": place, "panels": []})
        top += 1
        for number, panel in enumerate(panels):
            place = {
                "x": number % _COLUMNS * _WIDTH,
                "y": top + number // _COLUMNS * _HEIGHT,
                "w": _WIDTH,
                "h": _HEIGHT,
            }
            made.append(_panel(len(made) + 1, panel, place))
        top += -(-len(panels) // _COLUMNS) * _HEIGHT
    return made


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    title, unit, expressions = panel
    targets = [
        {"refId": chr(ord("A") + place_of), "expr": expression, "legendFormat": legend, "datasource": _SOURCE}
        for place_of, (legend, expression) in enumerate(expressions.items())
    ]
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def written() -> str:
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
