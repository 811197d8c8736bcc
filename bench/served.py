"""A node behind a real port, and a line to it that counts what crosses and may be cut."""

import contextlib
import os
import random
import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
BLOCK = 4096
ON_THE_WAY = 16 * 1024
"""What is under way on a slow line, and lost when it is cut; what has reached the other end stays there."""
PATIENCE = 60


def run(server: Any) -> Callable[[], None]:
    """Run a server of waitress in a thread of its own; gives what ends both."""
    ending = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except OSError:
            # At the end the sockets are closed under the loop that waits for them.
            if not ending.is_set():
                raise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def end() -> None:
        ending.set()
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(5)

    return end


class Line(socketserver.ThreadingTCPServer):
    """Puts calls through to a port, and cuts them every `mean` bytes on average; never where that is 0.

    `bytes` is all that crossed, both ways and with the headers of HTTP; `lost` what was under way at a cut and never
    arrived; `cuts` how often a call was cut.
    """

    daemon_threads = True

    def __init__(self, port: int, mean: int = 0, seed: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.port, self.mean, self.dice = port, mean, random.Random(seed)
        self.bytes = self.lost = self.cuts = 0

    @property
    def address(self) -> str:
        """Where a client calls."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def luck(self) -> float:
        """For how many bytes a call that begins now will last."""
        return self.dice.expovariate(1 / self.mean) if self.mean else float("inf")


class _Call(socketserver.BaseRequestHandler):
    server: Line

    def handle(self) -> None:
        left = self.server.luck()
        with socket.create_connection(("127.0.0.1", self.server.port)) as far, contextlib.suppress(OSError):
            other = {self.request: far, far: self.request}
            while True:
                for end in select.select(list(other), [], [])[0]:
                    block = end.recv(BLOCK)
                    if not block:
                        return
                    left -= len(block)
                    if left < 0:
                        self.server.cuts += 1
                        self.server.lost += len(block) + _lost(end)
                        return
                    other[end].sendall(block)
                    self.server.bytes += len(block)


def _lost(end: socket.socket) -> int:
    """How many bytes more were sent before whoever sent them could know that the line was cut."""
    lost = 0
    while lost < ON_THE_WAY and select.select([end], [], [], 0)[0] and (block := end.recv(BLOCK)):
        lost += len(block)
    return lost


@contextlib.contextmanager
def line(port: int, mean: int = 0) -> Iterator[Line]:
    """A line to a port, open while it is used."""
    with Line(port, mean) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.shutdown()
            thread.join()


@contextlib.contextmanager
def served(home: Path, code: str) -> Iterator[int]:
    """The node in `home/code`, served by a process of its own as an administrator starts it; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = {"BANDING_HOME": str(home / code), "BANDING_STATION": code, "BANDING_PORT": str(port)}
    # Its own timetable would call in the middle of what is measured.
    told |= {"BANDING_SYNC_SECONDS": "900000"}
    command = [sys.executable, "-c", "import wsgi; wsgi.command()", "serve"]
    with (home / f"{code}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ) | told, stdout=log, stderr=log)
    try:
        _wait(process, port, home / f"{code}.log")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{port}/exchange/v1/hello", timeout=5):
            return
        time.sleep(0.1)
    raise SystemExit(f"The node does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
