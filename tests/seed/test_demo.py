"""The runner: it makes two nodes once, starts both, shows what crosses, and ends in peace."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from banding.errors import Refused, SettingsTrouble
from banding.settings import Settings, save, station_node
from banding.station import Station
from banding.store.shapes import Query
from exchange.node import ExchangeNode
from seed import nodes
from seed.children import ROOT, SERVE
from seed.demo import Demonstration
from tests.ports import free_ports

SMALL = 20
PATIENCE_SECONDS = 60
# A node that answers and says what a node says; `die` makes it end by itself.
STAND_IN = """
import http.server, json, os, pathlib, sys
if "die" in sys.argv:
    sys.exit("the disk is full")
home = pathlib.Path(os.environ["BANDING_HOME"])
port = json.loads((home / "node.json").read_text())["port"]
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", port), Page)
print("only for the log", flush=True)
print("crossed HL-SHP <- AM-KHG  12 kept", flush=True)
server.serve_forever()
"""


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two free ports."""
    one, other = free_ports(2)
    return one, other


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration's folder, made once; copy it before changing it."""
    home = tmp_path_factory.mktemp("made") / "demo"
    nodes.ready(home, (8081, 8082), size=SMALL)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, of which the runner thinks that it is current."""
    monkeypatch.setattr(nodes.season, "SIZE", SMALL)
    monkeypatch.setattr(nodes.ready, "__kwdefaults__", {"size": SMALL, "today": None})
    shutil.copytree(made, tmp_path / "demo")
    return tmp_path / "demo"


def opened(of: Settings) -> Station:
    return Station.open(of)


def started(
    home: Path, ports: tuple[int, int], *, every: float, command: tuple[str, ...] = SERVE
) -> "subprocess.Popen[str]":
    """The runner in a process of its own, so that a signal can be sent to it."""
    program = (
        "import signal, sys; from pathlib import Path; from seed import nodes; from seed.demo import *\n"
        f"nodes.ready.__kwdefaults__['size'] = {SMALL}\n"
        f"demo = Demonstration(Path({str(home)!r}), {ports}, {command!r})\n"
        "[signal.signal(n, demo.end) for n in SIGNALS]\n"
        f"sys.exit(demo.run({every}))\n"
    )
    return subprocess.Popen(
        (sys.executable, "-c", program), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def heard(process: "subprocess.Popen[str]", *, until: Callable[[str], bool]) -> str:
    """What the runner says up to the line that makes `until` true; it is ended when that takes too long."""
    assert process.stdout is not None
    patience = threading.Timer(PATIENCE_SECONDS, process.terminate)
    patience.start()
    said = ""
    for line in process.stdout:
        said += line
        if until(said):
            break
    patience.cancel()
    assert until(said), said + (process.communicate(timeout=15)[1])
    return said


def test_the_two_nodes_trust_each_other_and_know_their_addresses(made: Path) -> None:
    first, second = (ExchangeNode.open(opened(one)) for one in nodes.ready(made, (8081, 8082), size=SMALL))
    for mine, theirs in ((first, second), (second, first)):
        trusted, peer = mine.ledger.node(theirs.code), mine.book.peer(theirs.code)
        assert trusted is not None
        assert peer is not None
        assert trusted.public_key == theirs.key.public
        assert peer.address == theirs.station.settings.public_url


def test_a_second_start_finds_everything_as_it_was_and_takes_new_ports(home: Path) -> None:
    passwords = nodes.logins(home)
    before = [opened(one).store.search.count(Query()) for one in nodes.ready(home, (8081, 8082))]
    began = time.monotonic()
    again = nodes.ready(home, (8091, 8092))
    assert time.monotonic() - began < 3
    assert [opened(one).store.search.count(Query()) for one in again] == before
    assert [one.public_url for one in again] == ["http://127.0.0.1:8091", "http://127.0.0.1:8092"]
    assert nodes.logins(home) == passwords


def test_one_person_for_each_role_may_log_in_and_only_the_owner_reads_the_passwords(made: Path) -> None:
    for settings in nodes.ready(made, (8081, 8082), size=SMALL):
        names = {one.name: one.role for one in opened(settings).store.accounts.everyone()}
        assert names == {role: role for role in nodes.logins(made)}
    assert len(set(nodes.logins(made).values())) == 4
    if os.name == "posix":
        assert (made / "logins.json").stat().st_mode & 0o777 == 0o600


def test_an_older_or_half_made_demonstration_is_made_anew(home: Path) -> None:
    passwords = nodes.logins(home)
    (home / "made.json").write_text(json.dumps({"version": 0, "size": SMALL}))
    (home / "keep.txt").write_text("mine")
    nodes.ready(home, (8081, 8082))
    assert nodes.logins(home) != passwords
    assert (home / "keep.txt").exists()


def test_a_real_node_in_the_folder_is_never_removed(tmp_path: Path) -> None:
    from banding.intake import Draft

    real = Settings(home=tmp_path / "AM-KHG", node=station_node("AM-KHG"))
    save(real)
    core = {"kind": "banding", "scheme": "RUM", "ring": "XC 345612", "species": "Emberiza rustica",
            "day": "2024-05-01"}  # fmt: skip
    assert opened(real).intake.admit([Draft({"core": core})], door="form", by=None)[0].is_kept
    with pytest.raises(Refused):
        nodes.ready(tmp_path, (8081, 8082), size=SMALL)
    assert opened(real).store.search.count(Query()) == 1


@pytest.mark.parametrize("text", ["8081", "8081,8081", "8081,abc", "0,8082", "1,2,3", "70000,8082"])
def test_ports_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(SettingsTrouble):
        nodes.ports({"BANDING_DEMO_PORTS": text})


def test_ports_can_be_changed() -> None:
    assert nodes.ports({}) == (8081, 8082)
    assert nodes.ports({"BANDING_DEMO_PORTS": "9001, 9002"}) == (9001, 9002)


def test_a_port_in_use_is_one_plain_sentence(
    tmp_path: Path, ports: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))
        taken.listen()
        assert Demonstration(tmp_path / "demo", ports).run() == 1
    said = capsys.readouterr().err
    assert f"The port {ports[0]} cannot be used" in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "demo").exists()


def test_a_node_that_dies_ends_the_demonstration_with_its_last_words(
    home: Path, ports: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    demonstration = Demonstration(home, ports, (sys.executable, "-c", STAND_IN, "die"))
    assert demonstration.run() == 1
    said = capsys.readouterr().err
    assert "has stopped with code 1" in said
    assert "the disk is full" in said
    assert all(child.process.poll() is not None for child in demonstration.children)


def test_an_encounter_that_cannot_be_written_ends_the_demonstration(
    home: Path, ports: tuple[int, int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_live: object) -> None:
        raise OSError(28, "No space left on device", "node.sqlite")

    monkeypatch.setattr("seed.live.Live.enter", full)
    demonstration = Demonstration(home, ports, (sys.executable, "-c", STAND_IN))
    assert demonstration.run(every=0.1) == 1
    assert "No space left" in capsys.readouterr().err
    assert all(child.process.poll() is not None for child in demonstration.children)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
def test_two_real_nodes_exchange_their_seasons_at_every_start(home: Path, ports: tuple[int, int]) -> None:
    for _start in range(2):
        process = started(home, ports, every=1.0)
        said = heard(process, until=lambda said: all(f"crossed {code} <- " in said for code in nodes.CODES))
        process.send_signal(signal.SIGINT)
        rest, complaints = process.communicate(timeout=15)
        assert (process.returncode, complaints) == (0, "")
        assert " km " in said + rest
        for code in nodes.CODES:
            log = (home / code / "log.txt").read_text(encoding="utf-8")
            assert "Traceback" not in log, log


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_what_crosses_and_ends_at_a_signal(home: Path, ports: tuple[int, int], number: int) -> None:
    process = started(home, ports, every=0.3, command=(sys.executable, "-c", STAND_IN))
    said = heard(process, until=lambda said: "entered " in said)
    process.send_signal(number)
    rest, complaints = process.communicate(timeout=15)
    said += rest
    assert (process.returncode, complaints) == (0, "")
    assert re.search(r"crossed +HL-SHP <- AM-KHG  12 kept", said)
    assert "only for the log" not in said
    assert "only for the log" in (home / "AM-KHG" / "log.txt").read_text()
    for password in nodes.logins(home).values():
        assert password in said
    for port in ports:
        assert f"http://127.0.0.1:{port}" in said
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
