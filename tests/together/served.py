"""Nodes served by real processes on real ports, as an administrator starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from banding.settings import VARIABLES, load
from banding.station import Station
from banding.web.invitations import add_account, give_key
from exchange import peering
from exchange.node import ExchangeNode
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 45


@dataclass
class Served:
    """One node: its folder and port, and the process that serves it while there is one."""

    home: Path
    code: str
    port: int
    key: str = ""
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(default_factory=Path)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the process is told, and nothing that happens to be set around the tests."""
        plain = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        told = {
            "BANDING_HOME": str(self.home), "BANDING_STATION": self.code, "BANDING_PORT": str(self.port),
            "BANDING_PUBLIC_URL": self.address, "BANDING_SYNC_SECONDS": "1", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        return plain | told | self.more

    def start(self) -> None:
        """Start `banding serve` and wait until it answers."""
        self.process = run(self, "import wsgi; wsgi.command()", "serve")
        until(self.answers, f"{self.code} answers")

    def answers(self) -> bool:
        """Whether it answers; a process that has ended is a failure at once."""
        assert self.process is None or self.process.poll() is None, self.said()
        try:
            return requests.get(self.address + "/exchange/v1/hello", timeout=5).ok
        except requests.RequestException:
            return False

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C; the exit code and the seconds until it had ended."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE), time.monotonic() - began

    def kill(self) -> None:
        """Cut the power."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def said(self) -> str:
        """What it has written to its terminal."""
        return self.log.read_text(encoding="utf-8") if self.log.is_file() else ""

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """Ask its JSON API."""
        answer = requests.get(self.address + path, params=params, headers=self._headers(), timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def submit(self, record: dict[str, Any]) -> dict[str, Any]:
        """Send one record through its JSON API."""
        body = {"record": record}
        answer = requests.post(self.address + "/api/v1/records", json=body, headers=self._headers(), timeout=30)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def run(node: Served, code: str, *words: str) -> subprocess.Popen[bytes]:
    """A process of this node; what it says goes to the node's log."""
    with node.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *words],
            cwd=ROOT, env=node.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something has come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.1)


@contextmanager
def opened(node: Served) -> Iterator[ExchangeNode]:
    """The node from within this process, to prepare it or to look into it."""
    station = Station.open(load(node.environment))
    try:
        yield ExchangeNode.open(station)
    finally:
        station.store.close()


def prepare(folder: Path, *codes: str, account: bool = True) -> list[Served]:
    """Nodes that are each other's peers, not yet started; with an operator's account and key unless told not to."""
    nodes = [Served(folder / code, code, free_port(), log=folder / f"{code}.log") for code in codes]
    keys: dict[str, bytes] = {}
    for node in nodes:
        with opened(node) as found:
            keys[node.code] = found.key.public
            if account:
                number = add_account(found.station, "operator", "operator", "long enough for a test")
                node.key = give_key(found.station, number, "a test")
    for node in nodes:
        with opened(node) as found:
            for other in nodes:
                if other is not node:
                    peering.add_peer(found, other.code, other.address, keys[other.code])
    return nodes
