"""The end of a timetable and of its process: nothing hangs, and nothing is begun that nobody asked for."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from exchange.log.book import Peer
from exchange.talk import schedule
from exchange.talk.peer import PeerClient
from tests.exchange.forms import Pair
from tests.exchange.test_schedule import timetable
from tests.together.kit import reach

ROOT = Path(__file__).parents[2]


def test_the_end_lets_a_sync_go_that_waits_for_its_line(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    _, shp, network = pair
    monkeypatch.setattr(schedule, "PATIENCE", 0.2)
    waiting, release = threading.Event(), threading.Event()

    def connect(peer: Peer) -> PeerClient:
        waiting.set()
        release.wait(20)
        return reach(shp, network)(peer)

    table = timetable(shp, connect)
    table.start()
    try:
        assert waiting.wait(10)
        began = time.monotonic()
        table.stop()
        assert time.monotonic() - began < 5
        # The next process need not wait until the lease has run out.
        assert shp.node.store.leases.take("sync AM-KHG", "the next one", time.time(), 1)
        shp.node.store.leases.release("sync AM-KHG", "the next one")
    finally:
        release.set()
        for thread in table._under_way.values():
            thread.join(10)


def test_ending_while_the_first_look_is_under_way_never_hangs(pair: Pair) -> None:
    _, shp, network = pair
    for pause in (0, 0.001, 0.005, 0.02, 0.05):
        shp.node.book.note("AM-KHG", next_at=0.0)
        table = timetable(shp, reach(shp, network))
        table.start()
        time.sleep(pause)
        ending = threading.Thread(target=table.stop, daemon=True)
        ending.start()
        ending.join(10)
        assert not ending.is_alive(), f"hung after {pause} s"


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_wsgi_opens_no_store_and_starts_no_timetable(tmp_path: Path) -> None:
    code = (
        "import sys, threading, wsgi; wsgi.command;"
        "assert threading.active_count() == 1; assert 'flask' not in sys.modules; print('quiet')"
    )
    environment = {"BANDING_HOME": str(tmp_path / "node"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("quiet\n", 0), done.stderr
    assert not (tmp_path / "node").exists()


def test_a_server_that_asks_for_the_app_gets_it_without_a_timetable(tmp_path: Path) -> None:
    code = "import threading, wsgi; wsgi.app; assert threading.active_count() == 1; print(wsgi.app is wsgi.app)"
    environment = {"BANDING_HOME": str(tmp_path / "node"), "BANDING_STATION": "AM-KHG", "PYTHONPATH": str(ROOT)}
    done = python(code, environment)
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr
    assert (tmp_path / "node" / "node.sqlite").exists()
