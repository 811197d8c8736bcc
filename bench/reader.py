"""Somebody who reads the pages of a node, in this process or in one of its own whose memory is looked at."""

import re
import resource
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from banding.web import create_app
from banding.web.invitations import add_account
from bench import returned

NAME, PASSWORD = "reader", "long enough to measure"
MIB = 1024


class Reader:
    """A browser that is logged in to the node of a folder."""

    def __init__(self, home: Path) -> None:
        self._station = returned.station(home)
        app = create_app(self._station, testing=True)
        if self._station.store.accounts.by_name(NAME) is None:
            add_account(self._station, NAME, "reader", PASSWORD, None, hasher=app.config["PASSWORD_HASHER"])
        self._client = app.test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._client.get("/login").text)
        form = {"name": NAME, "password": PASSWORD, "csrf_token": found[1] if found else ""}
        if self._client.post("/login", data=form).status_code != 303:
            raise SystemExit("nobody can log in")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._station.store.close()

    def get(self, address: str) -> str:
        """A page."""
        response = self._client.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{address} gave {response.status_code}")
        return response.text

    def write(self, address: str, target: Path) -> None:
        """A file as it is sent, piece by piece."""
        response = self._client.get(address, buffered=False)
        with target.open("wb") as file:
            for piece in response.iter_encoded():
                file.write(piece)
        response.close()

    def read(self, rows: int) -> int:
        """Read a file of returns until so many rows have come; how many there were."""
        response = self._client.get("/returns.csv", buffered=False)
        read = -1
        for piece in response.iter_encoded():
            if read >= rows:
                break
            read += piece.count(b"\r\n")
        response.close()
        return read


def peak_of(home: Path, rows: int) -> float:
    """MiB at the most of a process of its own that opens the node and streams so many rows."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.reader", str(home), str(rows)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    """Stream, and tell the peak."""
    with Reader(Path(sys.argv[1])) as reader:
        reader.read(int(sys.argv[2]))
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB, 1))


if __name__ == "__main__":
    main()
