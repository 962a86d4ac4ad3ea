"""Logs and metrics hold no word about a person."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from core.telemetry import ALLOWED_KEYS, REDACTED, REGISTRY, LoopHeartbeat, configure_logging, get_logger


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("serve")
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def only(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    parsed: dict[str, object] = json.loads(line)
    return parsed


def test_a_line_is_json_with_its_event_and_ids(lines: io.StringIO) -> None:
    get_logger().info("visit.ended", visit_id="v1", count=2)
    line = only(lines)
    assert (line["event"], line["visit_id"], line["count"]) == ("visit.ended", "v1", 2)
    assert (line["process"], line["level"]) == ("serve", "info")


def test_an_unknown_key_loses_its_value(lines: io.StringIO) -> None:
    get_logger().info("visit.ended", complaint="Canary", visit_id={"name": "Canary"})
    line = only(lines)
    assert line["complaint"] == line["visit_id"] == REDACTED
    assert "Canary" not in lines.getvalue()


def test_an_exception_is_its_class_and_place(lines: io.StringIO) -> None:
    try:
        raise ValueError("Canary has a headache")
    except ValueError:
        get_logger().exception("http.unexpected_error")
    line = only(lines)
    assert line["error_type"] == "ValueError"
    assert str(line["error_at"]).startswith("test_telemetry.py:")
    assert "Canary" not in lines.getvalue()


def test_a_library_says_where_not_what(lines: io.StringIO) -> None:
    try:
        raise ValueError("Canary")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", "Canary")
    line = only(lines)
    assert (line["event"], line["logger"], line["error_type"]) == (
        "library.message",
        "aiohttp.server",
        "ValueError",
    )
    assert "Canary" not in lines.getvalue()


def test_context_travels_with_the_task(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        get_logger().info("outbox.waiting")
    assert only(lines)["request_id"] == "r1"


def test_no_allowed_key_invites_a_person() -> None:
    assert not {"name", "email", "text", "reason_text", "body", "query", "url", "message"} & ALLOWED_KEYS


def test_metric_names_follow_the_rules() -> None:
    for family in REGISTRY.collect():
        assert family.name.startswith("consultroom_")
        for sample in family.samples:
            assert not any(label.endswith("_id") for label in sample.labels)


async def test_the_heartbeat_beats() -> None:
    heartbeat = LoopHeartbeat()
    heartbeat.start()
    assert heartbeat.age < 1
    await heartbeat.stop()
