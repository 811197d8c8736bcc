"""The peer of the CSV where it can be had: Datasette streaming the same table, set up in an environment of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PACKAGE = "datasette==0.65.2"
PATIENCE = 60


class NoDatasette(Exception):
    """Datasette cannot be had here, or does not answer."""


def stream(node: Path, columns: Sequence[str], rows: int) -> float:
    """Rows a second of its processor, for the first so many rows of the table of returns. Raises NoDatasette."""
    with tempfile.TemporaryDirectory() as name:
        program = _installed(Path(name))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        limits = ["--setting", "max_csv_mb", "0", "--setting", "sql_time_limit_ms", "600000"]
        server = subprocess.Popen(
            [program, "serve", str(node), "--port", str(port), *limits],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        asked = f"http://127.0.0.1:{port}/{node.stem}/returns.csv?_stream=on&_labels=off"
        try:
            _wait(port)
            began = _processor(server.pid)
            read = _read(asked + "".join(f"&_col={column}" for column in columns), rows)
            return read / (_processor(server.pid) - began)
        finally:
            server.kill()
            server.wait()


def _processor(number: int) -> float:
    """Seconds of the processor that a program has had."""
    told = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _installed(folder: Path) -> str:
    for command in ([sys.executable, "-m", "venv", str(folder)], [str(folder / "bin/pip"), "install", "-q", PACKAGE]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoDatasette(done.stderr.strip()[-300:])
    return str(folder / "bin/datasette")


def _wait(port: int) -> None:
    for _ in range(PATIENCE * 5):
        try:
            with urlopen(f"http://127.0.0.1:{port}/-/versions.json", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise NoDatasette("it does not answer")


def _read(address: str, rows: int) -> int:
    """Read so many rows, or a few more; how many there were."""
    read = -1
    with urlopen(address, timeout=600) as response:
        while read < rows and (block := response.read(65_536)):
            read += block.count(b"\r\n")
    if read < rows:
        raise NoDatasette(f"it sent {read} of {rows} rows")
    return read
