"""The log: no client can fill the disk with tracebacks, and lines of JSON name their request."""

import datetime as dt
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from running import running

from lakecast_graphql.logs import LONGEST, Formatter, JsonFormatter, config
from lakecast_lake.storage import Lake


def _deep(levels: int) -> None:
    if levels:
        _deeper(levels - 1)
    raise RecursionError("too deep")


def _deeper(levels: int) -> None:
    _deep(levels)


def _logged(levels: int) -> str:
    try:
        _deep(levels)
    except RecursionError:
        record = logging.LogRecord("lakecast", logging.ERROR, "", 0, "It failed.", (), sys.exc_info())
    return Formatter("%(message)s").format(record)


def test_a_traceback_of_a_recursion_shows_its_beginning_and_its_end() -> None:
    text = _logged(400)
    assert len(text) < LONGEST + 200
    assert text.startswith("It failed.\nTraceback (most recent call last)")
    assert "characters ..." in text
    assert text.endswith("RecursionError: too deep")


def test_an_ordinary_traceback_is_whole() -> None:
    text = _logged(3)
    assert text.endswith("RecursionError: too deep")
    assert "characters ..." not in text


@pytest.fixture
def json_log() -> Iterator[list[str]]:
    """The lines that our loggers write as `LAKECAST_LOG_FORMAT=json` says."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, logger = Kept(), logging.getLogger("lakecast")
    chosen = config("json")["formatters"]["default"]
    handler.setFormatter(JsonFormatter(chosen["fmt"]))
    assert chosen["()"] is JsonFormatter
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_lines_of_json_say_which_request_and_snapshot_they_are_about(
    small_lake: Lake, admin: tuple[str, str], json_log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ValueError("broken\nbadly")

    question = {"query": "{ snapshots(first: 1) { totalCount } serviceStatus { mlPackages } }"}
    with running(small_lake.uri, keys_file=admin[0], log_format="json") as server:
        served = server.http.get("/health/ready").json()["snapshotId"]
        monkeypatch.setattr("lakecast_graphql.execution.strawberry.execute", broken)
        for identity in ("of-the-proxy:1", "one that\tcannot stand in a log", None):
            headers = {} if identity is None else {"X-Request-ID": identity}
            assert server.http.post("/graphql", json=question, headers=headers).json()["errors"]
        server.http.post(
            "/api/v1/data/refresh", json={"source": "ml_results"}, headers={"X-API-Key": admin[1], "X-Request-ID": "r"}
        )
    lines = [json.loads(line) for line in json_log]
    faults = [line for line in lines if line["level"] == "ERROR"]
    assert next(line["request"] for line in faults) == "of-the-proxy:1"
    assert len({line["request"] for line in faults}) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", line["request"]) for line in faults[1:])
    assert {line["snapshot"] for line in faults} == {served}
    assert all("ValueError: broken" in line["exception"] for line in faults)
    assert dt.datetime.fromisoformat(faults[0]["at"]).tzinfo is not None
    (audit,) = [line for line in lines if line["logger"] == "lakecast.audit"]
    assert (audit["request"], audit["action"], audit["outcome"]) == ("r", "refresh", "UNCHANGED")
    assert [line["request"] for line in lines if "request" in line and line["logger"] == "lakecast.service"] == []


def test_lines_about_no_request_name_none(json_log: list[str]) -> None:
    logging.getLogger("lakecast.service").warning("Nothing can be served yet: %s", "é")
    (line,) = json_log
    assert json.loads(line).keys() == {"at", "level", "logger", "message"}
    assert line.endswith('"message": "Nothing can be served yet: é"}')
