"""Two nodes as an administrator starts them: real processes, real ports, a timetable, and Ctrl-C."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.together.served import Served, opened, prepare, until

pytestmark = pytest.mark.slow

PLACES = {"AM-KHG": (49.01694, 130.44694), "HL-SHP": (46.9, 132.1)}


def record(kind: str, day: str, at: str, **more: Any) -> dict[str, Any]:
    core = {"kind": kind, "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza spodocephala", "day": day} | more
    latitude, longitude = PLACES[at]
    return {"core": core, "place": {"latitude": latitude, "longitude": longitude}}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Served]]:
    """Khingansky and Sanhuanpao, served."""
    nodes = prepare(tmp_path, "AM-KHG", "HL-SHP")
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


def returns(node: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = node.get("/api/v1/returns")["returns"]
    return found


def test_a_return_crosses_by_itself_and_ctrl_c_ends_each_node_quietly(pair: list[Served]) -> None:
    khg, shp = pair
    khg.submit(record("banding", "2024-05-01", "AM-KHG"))
    shp.submit(record("recovery", "2024-09-20", "HL-SHP", manner="recapture"))
    for node in pair:
        until(lambda node=node: len(returns(node)) == 1, f"the return is at {node.code}")  # type: ignore[misc]
    assert returns(khg) == returns(shp)
    assert returns(khg)[0]["days"] == 142
    for node in pair:
        until(lambda node=node: "return " in node.said(), "the return is told on the terminal")  # type: ignore[misc]
        code, seconds = node.interrupt()
        assert (code, seconds < 10) == (0, True), (code, seconds, node.said())
        assert "Traceback" not in node.said()
        assert "has ended" in node.said()


def test_ctrl_c_in_the_first_second_ends_a_node_quietly(pair: list[Served]) -> None:
    khg, _ = pair
    assert khg.interrupt()[0] == 0
    khg.start()
    code, seconds = khg.interrupt()
    assert (code, seconds < 10) == (0, True), khg.said()
    assert "Traceback" not in khg.said()


def test_a_second_node_on_the_same_port_is_told_so_in_words(pair: list[Served], tmp_path: Path) -> None:
    from tests.together.served import run

    khg, shp = pair
    third = Served(tmp_path / "third", "HL-QFG", khg.port, log=tmp_path / "third.log")
    assert run(third, "import wsgi; wsgi.command()", "serve").wait(30) == 1
    assert "BANDING_PORT" in third.said()
    assert "Traceback" not in third.said()
    assert shp.answers()


def test_one_node_away_is_trouble_on_the_others_page_and_mends_itself(pair: list[Served]) -> None:
    khg, shp = pair
    assert shp.interrupt()[0] == 0

    def trouble() -> str | None:
        with opened(khg) as node:
            peer = node.book.peer("HL-SHP")
            assert peer is not None
            return peer.trouble

    until(lambda: trouble() is not None, "the trouble is written down")
    shp.start()
    until(lambda: trouble() is None, "the trouble is over")
    assert "Traceback" not in khg.said()


def test_a_peer_that_accepts_and_never_answers_does_not_keep_the_node_from_ending(tmp_path: Path) -> None:
    """As behind a line that died in the middle: there is no answer and no refusal."""
    khg, shp = prepare(tmp_path, "AM-KHG", "HL-SHP")
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", shp.port)) as silent:
        silent.settimeout(30)
        waiting = threading.Thread(target=lambda: calls.append(silent.accept()[0]), daemon=True)
        waiting.start()
        try:
            khg.start()
            until(lambda: bool(calls), "the timetable has called")
            code, seconds = khg.interrupt()
            assert (code, seconds < 10) == (0, True), (code, seconds, khg.said())
            assert "Traceback" not in khg.said()
        finally:
            khg.kill()
            waiting.join(1)
            for call in calls:
                call.close()
