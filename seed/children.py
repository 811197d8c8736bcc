"""The running nodes of the demonstration: each a `banding serve`, started, listened to and ended."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from banding.errors import BandingError
from banding.settings import Settings
from banding.spoken import filled

ROOT = Path(__file__).resolve().parent.parent
SERVE = (sys.executable, "-c", "from wsgi import command; command()", "serve")
LOG = "log.txt"
SHOWN = ("crossed ", "return ")
START_SECONDS = 60
STOP_SECONDS = 10

Say = Callable[[str, str], None]


class Child:
    """One node's process; what it says that people should see goes to `say`, everything to its log."""

    def __init__(self, settings: Settings, say: Say, command: Sequence[str] = SERVE) -> None:
        self.settings, self.code, self.say = settings, settings.node.code, say
        self.log = settings.home / LOG
        # In a group of its own, so that Ctrl-C reaches the demonstration, which then ends its nodes in order.
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(settings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )  # fmt: skip
        self.last = ""
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def check(self) -> None:
        """Raises BandingError when the process has ended by itself."""
        code = self.process.poll()
        if code is not None:
            self._reader.join(1)
            raise BandingError(
                filled("The node %(node)s has stopped with code %(code)s", node=self.code, code=code),
                why=self.last, mend=filled("See %(path)s", path=self.log),
            )  # fmt: skip

    def wait_until_it_answers(self, go_on: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Come back when its pages answer or nobody wants to wait any more. Raises BandingError."""
        until = time.monotonic() + seconds
        while go_on() and not _answers(self.settings.port):
            self.check()
            if time.monotonic() > until:
                raise BandingError(
                    filled("The node %(node)s has not answered for %(s)s seconds", node=self.code, s=round(seconds)),
                    mend=filled("See %(path)s", path=self.log),
                )  # fmt: skip
            time.sleep(0.1)

    def ask_to_stop(self) -> None:
        """Ask the process to end."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def wait_for_its_end(self, until: float) -> None:
        """Wait up to that moment of the monotonic clock, then end it for good."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(1)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said, self.log.open("a", encoding="utf-8") as log:
            for line in said:
                log.write(line)
                log.flush()
                self.last = line.strip() or self.last
                if line.startswith(SHOWN):
                    self.say(self.code, line.rstrip())


def stop(children: Sequence[Child], seconds: float = STOP_SECONDS) -> None:
    """End all of them, side by side."""
    until = time.monotonic() + seconds
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_for_its_end(until)


def check_free(port: int) -> None:
    """Raises BandingError when somebody else listens on the port."""
    with socket.socket() as probe:
        if os.name == "posix":
            # As the server does, so that the port of a demonstration that has just ended counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BandingError(
                filled("The port %(port)s cannot be used", port=port), why=error.strerror or str(error),
                mend="End the program that uses it, or set BANDING_DEMO_PORTS to others, as 8091,8092",
            ) from error  # fmt: skip


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _environment(settings: Settings) -> dict[str, str]:
    """The caller's own, without what it says of another node."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BANDING_")}
    told = {
        "BANDING_HOME": str(settings.home.resolve()),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    return own | told
