"""Nodes as real processes that can be killed at any moment, and lines between them that can be spoiled."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from banding.web.invitations import add_account, give_key
from exchange import peering
from exchange.talk import brake
from tests.faults.ground import Loopback, Site
from tests.faults.lines import Line, Lines
from tests.together.served import ROOT, Served, opened

PASSWORD = "long enough for a test"
HUB = "PR-KHN"
LEAVES = ("AM-KHG", "HL-SHP", "HL-QFG")


@dataclass
class Host(Served):
    """A node on its site; `serving` and `syncing` are its processes while they live."""

    site: Site = field(default_factory=lambda: Site(0))
    syncing: subprocess.Popen[bytes] | None = None
    kills: int = 0
    has_orphans: bool = False
    fell: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its own people reach it, whatever the lines are like."""
        return f"http://{self.site.house}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        return super().environment | {"BANDING_HOST": self.site.listen, "PYTHONPATH": str(ROOT), **self.more}

    def spawn(self, *words: str) -> subprocess.Popen[bytes]:
        """A `banding` process of this node, where it stands, as an administrator starts it."""
        command = [*self.site.inside, sys.executable, "-c", "import wsgi; wsgi.command()", *words]
        with self.log.open("ab") as log:
            said: dict[str, Any] = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL}
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, **said)

    def start(self) -> None:
        """Start `banding serve`, and do not wait for it.

        The leases of processes that were killed run out after a while; the round does not wait for that.
        """
        if self.is_running(self.process):
            return
        if not self.is_running(self.syncing):
            self.has_orphans = False
            with closing(sqlite3.connect(self.home / "node.sqlite", timeout=30)) as store, store:
                store.execute("delete from leases")
        self.process = self.spawn("serve")

    def sync(self) -> None:
        """Type `banding sync`, unless the last one is still under way."""
        if not self.is_running(self.syncing):
            self._ended(self.syncing, "sync")
            self.syncing = self.spawn("sync")

    def kill(self) -> None:
        """Cut the power: every process of the node ends at once."""
        self.kill_one("sync")
        self.kill_one("serve")

    def kill_one(self, what: str) -> bool:
        """Kill `serve` or `sync`; whether there was one to kill."""
        process = self.process if what == "serve" else self.syncing
        killed = self.is_running(process)
        if process is not None and killed:
            process.kill()
            process.wait(30)
            self.kills += 1
            # Its lease stands until it runs out, or until the node starts anew.
            self.has_orphans = True
        elif process is not None:
            self._ended(process, what)
        if what == "serve":
            self.process = None
        else:
            self.syncing = None
        return killed

    def end(self) -> bool:
        """End `serve` as a supervisor does, and let it finish; whether it ran."""
        if self.process is None or not self.is_running(self.process):
            return False
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
            return True
        self.fell.append(f"{self.code}: it did not end within 15 s of being told")
        self.kill_one("serve")
        return True

    def still_serves(self) -> bool:
        """Whether its server runs; one that ended by itself is written down in `fell`."""
        if self.process is not None and not self.is_running(self.process):
            self._ended(self.process, "serve")
            self.process = None
        return self.process is not None

    def answers(self) -> bool:
        """Whether it answers its own people."""
        try:
            return requests.get(self.address + "/exchange/v1/hello", timeout=3).ok
        except requests.RequestException:
            return False

    def is_syncing(self) -> bool:
        """Whether a sync is under way."""
        return bool(self.ask("select 1 from leases where name like 'sync %'"))

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask its file, read-only and beside its processes."""
        with closing(sqlite3.connect(f"file:{self.home / 'node.sqlite'}?mode=ro", uri=True, timeout=30)) as store:
            return store.execute(sql, values).fetchall()

    def let_go(self) -> int:
        """Let the logs go on that wait for a person, as somebody does who has looked at them; how many waited."""
        waiting = [name for (name,) in self.ask("select name from exchange_logs where held is not null")]
        if waiting:
            with opened(self) as found:
                for name in waiting:
                    brake.release(found, name, by="a test")
        return len(waiting)

    def back_up(self, folder: Path) -> None:
        """Copy the store as it is now, while it is written to, and the file of issued numbers beside it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (
            closing(sqlite3.connect(self.home / "node.sqlite", timeout=30)) as store,
            closing(sqlite3.connect(folder / "node.sqlite")) as copy,
        ):
            # The file first: it must not say more than the copy of the store holds.
            if (issued := self.home / "keys" / "issued.json").exists():
                shutil.copy(issued, folder)
            store.backup(copy)

    def restore(self, folder: Path, issued: str) -> None:
        """Put a backup back; the file of issued numbers is `left`, `lost`, or comes `too`. The node must be down."""
        for name in ("node.sqlite", "node.sqlite-wal", "node.sqlite-shm"):
            (self.home / name).unlink(missing_ok=True)
        shutil.copy(folder / "node.sqlite", self.home)
        file = self.home / "keys" / "issued.json"
        if issued == "lost":
            file.unlink(missing_ok=True)
        elif issued == "too" and (folder / "issued.json").exists():
            shutil.copy(folder / "issued.json", file)

    @staticmethod
    def is_running(process: subprocess.Popen[bytes] | None) -> bool:
        """Whether a process lives."""
        return process is not None and process.poll() is None

    def _ended(self, process: subprocess.Popen[bytes] | None, what: str) -> None:
        # 2 is how `banding sync` says that a peer was in trouble, 1 that another sync with it is under way.
        expected = {0, -signal.SIGKILL, -signal.SIGTERM} | ({1, 2} if what == "sync" else set())
        if process is not None and process.returncode not in expected:
            self.fell.append(f"{self.code}: {what} ended by itself with {process.returncode}")


@dataclass
class Hosts:
    """Some hosts, the proxy, and the lines by (who calls, who is called)."""

    ground: Loopback
    proxy: Lines
    hosts: list[Host]
    lines: dict[tuple[str, str], Line]

    def host(self, code: str) -> Host:
        """The host of a node."""
        return next(host for host in self.hosts if host.code == code)

    def has_one_peer(self, host: Host) -> bool:
        """Whether one other node alone calls it and is called by it."""
        return len({pair for line in self.lines for pair in [frozenset(line)] if host.code in pair}) == 1


@contextmanager
def hosts(folder: Path, ground: Loopback, count: int = 3, seed: int = 0) -> Iterator[Hosts]:
    """So many nodes: two that call each other, or one to three around a hub; the last one cannot be reached."""
    codes = LEAVES[:2] if count == 2 else (*LEAVES[: count - 1], HUB)
    proxy = Lines(ground.host, seed)
    made: list[Host] = []
    try:
        made.extend(_host(folder, code, ground.site()) for code in codes)
        yield Hosts(ground, proxy, made, _acquainted(made, proxy))
    finally:
        for host in made:
            host.kill()
        proxy.close()


def _host(folder: Path, code: str, site: Site) -> Host:
    host = Host(folder / code, code, site.port, log=folder / f"{code}.log", site=site)
    with opened(host) as found:
        number = add_account(found.station, "operator", "operator", PASSWORD)
        host.key = give_key(found.station, number, "a test")
    return host


def _pairs(hosts: Sequence[Host]) -> list[tuple[Host, Host]]:
    """Who calls whom: two call each other; of several all call the hub, and it calls all but the last of them."""
    if len(hosts) == 2:
        return [(hosts[0], hosts[1]), (hosts[1], hosts[0])]
    *leaves, hub = hosts
    return [(leaf, hub) for leaf in leaves] + [(hub, leaf) for leaf in leaves[:-1]]


def _acquainted(hosts: Sequence[Host], proxy: Lines) -> dict[tuple[str, str], Line]:
    keys, lines = {}, {}
    for host in hosts:
        with opened(host) as found:
            keys[host.code] = found.key.public
    pairs = _pairs(hosts)
    for caller, called in pairs:
        name = f"{caller.code} -> {called.code}"
        lines[caller.code, called.code] = proxy.add(name, (called.site.outside, called.port))
    for host in hosts:
        with opened(host) as found:
            for caller, called in pairs:
                posts = (called, caller) not in pairs
                if caller is host:
                    line = lines[caller.code, called.code]
                    peering.add_peer(found, called.code, line.address, keys[called.code], posts=posts)
                elif called is host and posts:
                    # It lets the other in and never calls it.
                    peering.add_peer(found, caller.code, "http://127.0.0.1:9", keys[caller.code])
                    found.book.note(caller.code, paused=1)
            with found.store.transaction():
                for other in hosts:
                    if other is not host:
                        found.ledger.trust(other.code, keys[other.code])
    return lines
