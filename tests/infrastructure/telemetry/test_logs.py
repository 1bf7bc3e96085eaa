"""Logs: one line each, with the correlation, without secrets."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from campaigns.infrastructure.settings import Secret
from campaigns.infrastructure.telemetry.logs import configure_logs

Lines = Callable[[], list[str]]


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def written(restored: None) -> Lines:
    stream = io.StringIO()
    configure_logs(level="info", as_json=True, stream=stream)
    return lambda: stream.getvalue().splitlines()


def one(lines: Lines) -> dict[str, Any]:
    (line,) = lines()
    return dict(json.loads(line))


def test_a_line_carries_its_instant_level_and_correlation(written: Lines) -> None:
    with bound_contextvars(correlation_id="c-1"):
        structlog.get_logger().info("activated", campaign="x")
    told = one(written)
    assert told["correlation_id"] == "c-1"
    assert (told["event"], told["level"], told["campaign"]) == ("activated", "info", "x")
    assert told["timestamp"].endswith("Z")


def test_libraries_speak_the_same_way(written: Lines) -> None:
    with bound_contextvars(correlation_id="c-1"):
        logging.getLogger("psycopg.pool").warning("gone: %s", "db")
    assert one(written)["event"] == "gone: db"
    assert one(written)["correlation_id"] == "c-1"


@pytest.mark.parametrize(
    "details",
    [
        {"password": "hunter2"},
        {"smtp_password": "hunter2"},
        {"headers": {"Authorization": "hunter2", "x-api-key": "hunter2"}},
        {"url": "postgresql://me:hunter2@db/x"},
        {"server": "nats://hunter2@nats:4222"},
        {"detail": "sent Bearer hunter2hunter2 to them"},
        {"value": Secret("hunter2")},
        {"tried": ["nats://hunter2@a:1"]},
    ],
    ids=str,
)
def test_a_secret_is_not_written(written: Lines, details: dict[str, Any]) -> None:
    structlog.get_logger().info("tried", **details)
    assert "hunter2" not in written()[0]


def test_a_secret_inside_a_traceback_is_not_written(written: Lines) -> None:
    error = ConnectionError("cannot reach postgresql://me:hunter2@db/x")
    structlog.get_logger().error("failed", exc_info=error)
    assert "hunter2" not in written()[0]
    assert "ConnectionError" in one(written)["exception"]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_break_in_a_value_begins_no_line(restored: None, as_json: bool) -> None:
    stream = io.StringIO()
    configure_logs(level="info", as_json=as_json, stream=stream)
    structlog.get_logger().info("named\r\n2027 forged", name="Spring\r\n2027-01-01 [info] forged")
    assert len(stream.getvalue().splitlines()) == 1


def test_what_is_below_the_level_is_not_written(written: Lines) -> None:
    structlog.get_logger().debug("detail")
    logging.getLogger("library").debug("detail")
    assert written() == []


def test_what_json_cannot_say_is_written_all_the_same(written: Lines) -> None:
    structlog.get_logger().info("odd", lone="\ud800", huge=2**80, kind={1, 2}, inner={(1, 2): "x"})
    assert one(written)["event"] == "odd"


def test_work_goes_on_when_nobody_reads_the_log(restored: None) -> None:
    class Broken(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    configure_logs(level="info", as_json=True, stream=Broken())
    structlog.get_logger().info("told to nobody")
