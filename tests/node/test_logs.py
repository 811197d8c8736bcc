"""Lines for a program: each one JSON, and none with a word that came from a record, a form or a peer."""

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding import logs
from banding.errors import Refused, StoreTrouble
from tests.written import written

ROOT = Path(__file__).parents[2]
NAME = "Ivan Petrov"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What would be written, as it is written."""
    caplog.set_level(logging.DEBUG)
    with written() as found:
        yield found


def test_a_line_of_the_exchange_has_its_facts_apart(lines: list[str]) -> None:
    logs.tell("crossed AM-KHG <- HL-SHP  3 kept, 0 completed, 1 set aside, 0 refused")
    said = json.loads(lines[0])
    assert set(said) == {"at", "level", "logger", "said", "event", "node", "peer"}
    assert (said["event"], said["node"], said["peer"], said["level"]) == ("crossed", "AM-KHG", "HL-SHP", "info")
    assert said["said"] == "3 kept, 0 completed, 1 set aside, 0 refused"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"trouble AM-KHG <- HL-SHP  The peer cannot be reached (http://x.test). {NAME}", "The peer cannot be reached"),
        (f"trouble AM-KHG <- HL-SHP  KeyError: '{NAME}'", "KeyError"),
        (f"trouble AM-KHG: the store was set back; {NAME}", "the store was set back"),
        ("return AM-KHG  RUM XC345612 Emberiza spodocephala: 800 km, 31 days", "return"),
        (f"something AM-KHG  {NAME}", "something"),
    ],
)
def test_only_the_kind_of_a_trouble_is_said(lines: list[str], line: str, kept: str) -> None:
    logs.tell(line)
    said = json.loads(lines[0])
    assert said["said"] == kept
    assert "XC345612" not in lines[0]
    assert NAME not in lines[0]


def test_of_an_exception_its_kind_and_places_are_told_and_never_its_text(lines: list[str]) -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as why:
            raise ValueError(f"{NAME} is wrong") from why
    except ValueError as fault:
        logging.getLogger("a").exception("sync with %s failed", "AM-KHG")
        logging.getLogger("a").error("%s", fault)
        logging.getLogger("a").error(fault)
        logging.getLogger("a").error("%(why)s", {"why": Refused(NAME, why=NAME)})
    assert len(lines) == 4
    assert NAME not in "".join(lines)
    said = json.loads(lines[0])
    assert (said["said"], said["error"], said["causes"]) == ("sync with AM-KHG failed", "ValueError", ["KeyError"])
    assert said["places"][0].startswith("node/test_logs.py:")


def test_a_trouble_of_the_house_is_told_in_its_own_words(lines: list[str]) -> None:
    logging.getLogger("a").error("%s", StoreTrouble("The disk is full", where=f"home of {NAME}"))
    assert json.loads(lines[0])["said"] == "The disk is full"


@given(st.text(), st.lists(st.text() | st.integers() | st.none() | st.binary(), max_size=3))
def test_every_record_is_one_line_of_json(said: str, values: list[object]) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, said, tuple(values), None)
    line = logs.Lines().format(record)
    assert "\n" not in line
    assert isinstance(json.loads(line)["said"], str)


CODE = f"""
import logging, sys, threading, warnings
from banding import logs
tell = logs.begin()
tell("AM-KHG syncs every 900 seconds with 1 peers")
tell("crossed AM-KHG <- HL-SHP  1 kept")
logging.getLogger("waitress").info("Serving on %s", "http://127.0.0.1:8080")
logging.getLogger("apscheduler.executors").info("noise")
warnings.warn("careful")
def fail(): raise RuntimeError("{NAME}")
thread = threading.Thread(target=fail); thread.start(); thread.join()
fail()
"""


def run(**more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE], env={"PYTHONPATH": str(ROOT)} | more, capture_output=True, text=True, check=False
    )


def test_a_process_under_json_says_nothing_but_json_on_stderr() -> None:
    done = run(BANDING_LOG="json")
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.stdout, len(found), done.returncode) == ("", 6, 1)
    assert NAME not in done.stderr
    assert [one["logger"] for one in found] == [
        "exchange",
        "exchange",
        "waitress",
        "py.warnings",
        "exchange",
        "exchange",
    ]
    assert found[-1]["error"] == "RuntimeError"


def test_a_process_without_it_says_plain_lines_as_ever() -> None:
    done = run()
    assert done.stdout.splitlines()[1] == "crossed AM-KHG <- HL-SHP  1 kept"
    assert "Traceback" in done.stderr


def test_nothing_is_set_up_by_importing() -> None:
    with warnings.catch_warnings():
        assert not any(isinstance(handler.formatter, logs.Lines) for handler in logging.getLogger().handlers)
