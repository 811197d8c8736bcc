"""A round: on a seeded schedule nodes are killed, lines spoiled and disks put back, while people write."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.faults import law
from tests.faults.hosts import Host, Hosts
from tests.faults.ledger import ACKNOWLEDGED, Ledger
from tests.faults.lines import FAULTS
from tests.faults.writers import Writer

CHANCES = {
    "kill the server": 6, "kill a sync": 1, "restart": 0.7, "spoil": 4, "pull a cable": 1, "mend": 2, "back up": 1,
    "restore": 0.8, "replay": 1, "sync": 1,
}  # fmt: skip
KILLS = ("kill the server", "kill a sync", "restore")
DOWN_SECONDS, AIM_SECONDS, AIMED = 1.0, 3.0, 0.7
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Plan:
    """How long and how hard a round is: seconds under fire, kills, fires between which the law is read, patience."""

    seed: int
    seconds: float
    kills: int
    fires: int = 1
    patience: float = 25.0
    rest: float = 0.2


class Round:
    """One round with its hosts; `tell` hears each incident, `broken` is what broke the law."""

    def __init__(self, hosts: Hosts, folder: Path, plan: Plan, tell: Callable[[str], None] = lambda _line: None):
        self.hosts, self.folder, self.plan, self.tell = hosts, folder, plan, tell
        self.dice, self.ledger = random.Random(plan.seed), Ledger()
        self.writers = {
            host.code: Writer(host, self.ledger, random.Random(f"{plan.seed} {host.code}"), plan.rest)
            for host in hosts.hosts
        }
        self.backups: dict[str, Path] = {}
        self.due: dict[str, float] = {}
        self.broken: list[str] = []
        self.counts: Counter[str] = Counter()
        self.longest = 0.0

    @property
    def kills(self) -> int:
        """Processes killed so far."""
        return sum(host.kills for host in self.hosts.hosts)

    def run(self) -> list[str]:
        """Fire and calm by turns; what broke the law, nothing when it held."""
        for host in self.hosts.hosts:
            host.start()
        for writer in self.writers.values():
            writer.start()
        try:
            for fire in range(1, self.plan.fires + 1):
                self._fire(self.plan.kills * fire // self.plan.fires)
                if self._calm(last=fire == self.plan.fires):
                    break
        finally:
            for writer in self.writers.values():
                writer.ended.set()
        return self.broken

    def arrived(self) -> int:
        """How many acknowledged writings are at every node."""
        held = set.intersection(*(law.marks(host) for host in self.hosts.hosts))
        return sum((one.mark, one.withdrawal) in held for _record, one in self.ledger.writings(ACKNOWLEDGED))

    # -- fire -------------------------------------------------------------------------------------------

    def _fire(self, kills: int) -> None:
        """Incident after incident, until the time is over and so many processes were killed in all."""
        end = time.monotonic() + self.plan.seconds / self.plan.fires
        share = sum(CHANCES[name] for name in KILLS) / sum(CHANCES.values())
        while (left := end - time.monotonic()) > 0 or self.kills < kills:
            wait = max(left, 1.0) * share / max(kills - self.kills, 1)
            self._wait(self.dice.uniform(0, 2 * wait))
            self._incident(self.dice.choices(list(CHANCES), list(CHANCES.values()))[0])

    def _wait(self, seconds: float) -> None:
        """Let time pass, and start again what was killed when its time has come."""
        end = time.monotonic() + seconds
        while True:
            self._start_what_is_due()
            if (left := end - time.monotonic()) <= 0:
                return
            time.sleep(min(left, LOOK_SECONDS))

    def _start_what_is_due(self) -> None:
        for host in self.hosts.hosts:
            if not host.still_serves() and time.monotonic() >= self.due.get(host.code, 0):
                host.start()

    def _incident(self, name: str) -> None:
        host = self.dice.choice(self.hosts.hosts)
        said = self._deeds[name](host)
        if said:
            self.counts[name] += 1
            self.tell(f"{name}: {said}")

    @cached_property
    def _deeds(self) -> dict[str, Callable[[Host], str]]:
        return {
            "kill the server": self._kill, "kill a sync": self._kill_sync, "restart": self._restart,
            "spoil": self._spoil, "pull a cable": self._pull_out, "mend": self._mend, "back up": self._back_up,
            "restore": self._restore, "replay": self._replay, "sync": self._sync,
        }  # fmt: skip

    def _kill(self, host: Host) -> str:
        """At any moment, or in the middle of a sync, where a power cut hurts most."""
        if self.dice.random() < AIMED:
            end, delay = time.monotonic() + AIM_SECONDS, self.dice.uniform(0, 0.2)
            while time.monotonic() < end and not host.is_syncing():
                self._wait(0.02)
            self._wait(delay)
        self.due[host.code] = time.monotonic() + self.dice.uniform(0, DOWN_SECONDS)
        return host.code if host.kill_one("serve") else ""

    def _kill_sync(self, host: Host) -> str:
        host.sync()
        self._wait(self.dice.uniform(0.5, 2.5))
        return host.code if host.kill_one("sync") else ""

    def _restart(self, host: Host) -> str:
        return host.code if host.end() else ""

    def _sync(self, host: Host) -> str:
        host.sync()
        return host.code

    def _spoil(self, _host: Host) -> str:
        line, fault = self.dice.choice(self.hosts.proxy.lines), self.dice.choice(FAULTS)
        line.spoil(fault)
        return f"{line.name}: {fault.name}"

    def _pull_out(self, host: Host) -> str:
        ground = self.hosts.ground
        done = ground.spoil(host.site) if self.dice.random() < 0.5 else ground.pull_out(host.site)
        return host.code if done else ""

    def _mend(self, host: Host) -> str:
        line = self.dice.choice(self.hosts.proxy.lines)
        line.mend()
        self.hosts.ground.put_in(host.site)
        return f"{line.name}, the cable of {host.code}"

    def _replay(self, _host: Host) -> str:
        line = self.dice.choice(self.hosts.proxy.lines)
        return line.name if self.hosts.proxy.replay(line) else ""

    def _back_up(self, host: Host) -> str:
        folder = self.folder / "backups" / host.code
        host.back_up(folder)
        self.backups[host.code] = folder
        return host.code

    def _restore(self, host: Host) -> str:
        """Put the store back, and write down what died with the disk."""
        backup = self.backups.get(host.code)
        if backup is None:
            return ""
        # Only the peer of a node that has a single one can prove that the whole folder was set back.
        issued = self.dice.choice(["left", "lost", "too"] if self.hosts.has_one_peer(host) else ["left", "lost"])
        host.kill()
        with self.writers[host.code].holding:
            answered = [one for _record, one in self.ledger.writings(ACKNOWLEDGED)]
            host.restore(backup, issued)
            elsewhere = set().union(*(law.marks(other) for other in self.hosts.hosts if other is not host))
            death = self.ledger.lost(host.code, issued, answered, elsewhere, law.marks(host))
        self.due[host.code] = time.monotonic()
        died = f"{len(death.marks)} died with its disk" + (f": {', '.join(death.marks)}" if death.marks else "")
        return f"{host.code}, issued.json {issued}; {died}"

    # -- calm -------------------------------------------------------------------------------------------

    def _calm(self, *, last: bool) -> bool:
        """All lines up, all nodes up, nobody writes; wait until it is quiet and read the law. Whether it is broken."""
        self._all_up()
        began = time.monotonic()
        with contextlib.ExitStack() as pens:
            if last:
                self._answer_all()
            for writer in self.writers.values():
                pens.enter_context(writer.holding)
            while law.apart(self.hosts, self.ledger) and time.monotonic() - began < self.plan.patience:
                for host in self.hosts.hosts:
                    self.counts["let go"] += host.let_go()
                    host.sync()
                self._wait(1.0)
            self.longest = max(self.longest, time.monotonic() - began)
            self.broken += law.broken(self.hosts, self.ledger)
        self.broken += [wrong for writer in self.writers.values() for wrong in writer.wrong]
        self.tell(f"calm after {time.monotonic() - began:.1f} s: {'THE LAW IS BROKEN' if self.broken else 'it holds'}")
        return bool(self.broken)

    def _all_up(self) -> None:
        for line in self.hosts.proxy.lines:
            line.mend()
        for host in self.hosts.hosts:
            self.hosts.ground.put_in(host.site)
            if host.has_orphans:
                host.kill()
            self.due[host.code] = 0
        while not all(host.still_serves() and host.answers() for host in self.hosts.hosts):
            self._wait(LOOK_SECONDS)

    def _answer_all(self) -> None:
        """Let everybody come to the end of what is asked for."""
        for writer in self.writers.values():
            writer.stop()
