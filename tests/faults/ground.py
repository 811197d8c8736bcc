"""What the nodes stand on: network namespaces with cables that can be pulled, or plain loopback."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.ports import free_port

BRIDGE_AT = 254
PORT = 8080
LOSSY = ("netem", "loss", "10%", "delay", "2s")
# Where the kernel has no netem, a queue too short for what comes loses packets as well.
NARROW = ("tbf", "rate", "256kbit", "burst", "2kb", "limit", "6kb")


class Missing(Exception):
    """This machine cannot do it; the message says what is missing."""


@dataclass(frozen=True)
class Site:
    """Where one node listens: for its own people at `house`, for the lines at `outside`, both with `port`."""

    port: int
    house: str = "127.0.0.1"
    outside: str = "127.0.0.1"
    listen: str = "127.0.0.1"
    inside: tuple[str, ...] = ()
    cable: str = ""


class Loopback:
    """All nodes on one machine; only the proxy stands between them."""

    words = "lines: proxy"
    host = "127.0.0.1"

    def site(self) -> Site:
        """A place for one more node."""
        return Site(free_port())

    def pull_out(self, _site: Site) -> bool:
        """Pull a node's cable; here there is none."""
        return False

    def put_in(self, _site: Site) -> None:
        """Put the cable back, and make it a good one."""

    def spoil(self, _site: Site) -> bool:
        """Let a node's cable lose packets; here there is none."""
        return False

    def close(self) -> None:
        """Take everything away."""


@dataclass
class Namespaces(Loopback):
    """A namespace for each node, with a cable to its own people and another to a bridge, behind which the proxy is."""

    tag: str = field(default_factory=lambda: f"bx{os.getpid() % 100_000}")
    lossy: tuple[str, ...] = ()
    made: list[Site] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.net = f"10.{90 + os.getpid() % 100}"
        self.host = f"{self.net}.0.{BRIDGE_AT}"
        try:
            _ip("link", "add", f"{self.tag}b", "type", "bridge")
            _ip("address", "add", f"{self.host}/24", "dev", f"{self.tag}b")
            _ip("link", "set", f"{self.tag}b", "up")
            self.lossy = next((way for way in (LOSSY, NARROW) if self._has(way)), ())
        except BaseException:
            self.close()
            raise

    @property
    def words(self) -> str:  # type: ignore[override]
        """What there is, for the console."""
        kind = self.lossy[0] if self.lossy else "nothing that loses packets"
        return f"lines: namespaces, proxy, {kind}"

    def site(self) -> Site:
        """A namespace more."""
        number = len(self.made) + 1
        name, house, cable = f"{self.tag}n{number}", f"{self.tag}h{number}", f"{self.tag}c{number}"
        site = Site(PORT, f"{self.net}.{number}.2", f"{self.net}.0.{number}", "0.0.0.0", _within(name), cable)
        self.made.append(site)
        _ip("netns", "add", name)
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("link", "add", house, "type", "veth", "peer", "name", "house", "netns", name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("address", "add", f"{self.net}.{number}.1/30", "dev", house)
        _ip("-n", name, "address", "add", f"{site.house}/30", "dev", "house")
        _ip("-n", name, "address", "add", f"{site.outside}/24", "dev", "cable")
        _ip("link", "set", cable, "master", f"{self.tag}b")
        for one in (house, cable):
            _ip("link", "set", one, "up")
        for one in ("house", "cable"):
            _ip("-n", name, "link", "set", one, "up")
        return site

    def pull_out(self, site: Site) -> bool:
        """Pull a node's cable: what is sent is lost, and nobody is told."""
        _ip("link", "set", site.cable, "down")
        return True

    def put_in(self, site: Site) -> None:
        """Put the cable back, and make it a good one."""
        with suppress(Missing):
            _run("tc", "qdisc", "del", "dev", site.cable, "root")
        _ip("link", "set", site.cable, "up")

    def spoil(self, site: Site) -> bool:
        """Let a node's cable lose packets on their way to it; whether the kernel can."""
        if self.lossy:
            _run("tc", "qdisc", "replace", "dev", site.cable, "root", *self.lossy)
        return bool(self.lossy)

    def lost(self, site: Site) -> int:
        """How many packets a spoiled cable has lost."""
        said = _run("tc", "-s", "qdisc", "show", "dev", site.cable)
        return int(said.partition("(dropped ")[2].partition(",")[0])

    def close(self) -> None:
        """Take namespaces and cables away."""
        for site in self.made:
            for command in (("link", "del", site.cable), ("netns", "del", site.inside[-1])):
                with suppress(Missing):
                    _ip(*command)
        with suppress(Missing):
            _ip("link", "del", f"{self.tag}b")

    def _has(self, way: Sequence[str]) -> bool:
        try:
            _run("tc", "qdisc", "replace", "dev", f"{self.tag}b", "root", *way)
            _run("tc", "qdisc", "del", "dev", f"{self.tag}b", "root")
        except Missing:
            return False
        return True


def _within(name: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", name)


@contextmanager
def ground(*, plain: bool = False) -> Iterator[Loopback]:
    """The best ground that this machine has; `plain` asks for loopback."""
    try:
        made = Loopback() if plain else Namespaces()
    except Missing:
        made = Loopback()
    try:
        yield made
    finally:
        made.close()


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*command: str) -> str:
    if shutil.which(command[0]) is None:
        raise Missing(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
