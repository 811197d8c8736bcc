"""`python -m seed.demo`: two stations with a made-up season on this machine, which exchange it."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

from banding.command import tongue
from banding.command.plain import never_stumble, sentence_of
from banding.errors import SettingsTrouble
from banding.settings import Settings
from banding.spoken import N_, filled, language, speaking
from banding.spoken import gettext as _
from banding.station import Station
from seed import nodes, telling
from seed.children import SERVE, Child, check_free, stop
from seed.live import Live

EVERY_SECONDS = 20.0
ENTERED = {
    "banding": N_("banding of %(ring)s %(species)s (made up)"),
    "recovery": N_("recovery of %(ring)s %(species)s (made up)"),
}
COLOURS = {"AM-KHG": "cyan", "HL-SHP": "magenta"}
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


class Demonstration:
    """Two nodes, their processes, and what a person sees of them."""

    def __init__(self, home: Path, ports: Sequence[int], command: Sequence[str] = SERVE) -> None:
        self.home, self.ports, self.command = home, tuple(ports), command
        self.console = Console(highlight=False, soft_wrap=True)
        self.stopped = threading.Event()
        self.trouble: Exception | None = None
        self.children: list[Child] = []

    def run(self, every: float = EVERY_SECONDS) -> int:
        """Make what is missing, start, and go on until somebody ends it; the exit code."""
        try:
            self._run(every)
        except Exception as error:
            self.trouble = self.trouble or error
        finally:
            self.stopped.set()
            stop(self.children)
        if self.trouble:
            Console(stderr=True, highlight=False, soft_wrap=True).print(Text(sentence_of(self.trouble)))
            return 1
        return 0

    def _run(self, every: float) -> None:
        for port in self.ports:
            check_free(port)
        settings = nodes.ready(self.home, self.ports)
        self.children = [] if self.stopped.is_set() else [Child(one, self._say, self.command) for one in settings]
        for child in self.children:
            child.wait_until_it_answers(lambda: not self.stopped.is_set())
        if self.stopped.is_set():
            return
        self._welcome(settings)
        writer = threading.Thread(target=self._enter, args=(settings, every), daemon=True)
        writer.start()
        while not self.stopped.wait(0.2):
            for child in self.children:
                child.check()
        writer.join(5)

    def end(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask it to end; also the handler of signals."""
        self.stopped.set()

    def _welcome(self, settings: Sequence[Settings]) -> None:
        say = self.console.print
        say(
            "\n"
            + _("Two stations are running. All in them is made up, and far more birds cross than in nature.")
            + "\n"
        )
        for one in settings:
            address = Text(f"{one.public_url}  ", "bold")
            say(Text(f"  {one.node.code}  ", COLOURS[one.node.code]) + address + Text(one.node.name(language())))
        say("\n" + _("Log in at either (name, password):"))
        for name, password in nodes.logins(self.home).items():
            say(Text(f"  {name:14} {password}"))
        say("\n" + _("What crosses is shown below. Ctrl-C ends both.") + "\n")

    def _say(self, code: str, line: str) -> None:
        verb, rest = telling.told(line)
        self.console.print(Text(set_cell_size(verb, 7) + " ", COLOURS[code]) + Text(rest))

    def _enter(self, settings: Sequence[Settings], every: float) -> None:
        """Write a made-up encounter now and then, until the end."""
        stations = []
        try:
            stations = [Station.open(one) for one in settings]
            live = Live(stations)
            while not self.stopped.wait(every):
                entered = live.enter()
                bird = entered.bird
                ring, species = f"{bird.scheme} {bird.ring}", bird.facts.species
                told = _(ENTERED[entered.kind], ring=ring, species=species)
                self._say(entered.station, f"entered {entered.station}  {told}")
        except Exception as error:
            self.trouble = error
            self.stopped.set()
        finally:
            for station in stations:
                station.store.close()


def _seconds() -> float:
    text = os.environ.get("BANDING_DEMO_SECONDS") or str(EVERY_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < 1e6:
        raise SettingsTrouble(filled("%(text)r is no number of seconds", text=text), where="BANDING_DEMO_SECONDS")
    return seconds


def main() -> int:
    """Run the demonstration until Ctrl-C, in the language of the terminal; the exit code."""
    never_stumble()
    with speaking(tongue.chosen([])):
        return _run()


def _run() -> int:
    try:
        demonstration = Demonstration(nodes.folder(), nodes.ports())
        seconds = _seconds()
    except SettingsTrouble as trouble:
        print(trouble.told(language()), file=sys.stderr)
        return 1
    for number in SIGNALS:
        signal.signal(number, demonstration.end)
    return demonstration.run(seconds)


if __name__ == "__main__":
    sys.exit(main())
