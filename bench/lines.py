"""`python -m bench.lines`: what crosses a line that is cut again and again, beside the same over one that is not."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import records
from bench.exchange import GIVER, TAKER, opened
from bench.served import line, served
from exchange.peering import add_peer
from exchange.talk.peer import PeerClient
from exchange.talk.sync import sync

RESULTS = Path(__file__).resolve().parent / "results" / "lines.json"
COUNT, MEAN = 20_000, 200_000
MOST_SYNCS = 500
WAYS = {"pull": (TAKER, GIVER), "post": (GIVER, TAKER)}
"""Who calls and who is called; the records are always the giver's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.lines", description=__doc__)
    parser.add_argument("--records", type=int, default=COUNT, help=f"how many made records; {COUNT:,} unless said")
    parser.add_argument("--mean", type=int, default=MEAN, help=f"bytes between two cuts; {MEAN:,} unless said")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), asked.records, asked.mean)
    told = json.dumps({"records": asked.records, "mean": asked.mean, "ways": found}, indent=2) + "\n"
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(told, encoding="utf-8")
    sys.stdout.write(told)
    return 0


def measure(home: Path, count: int, mean: int) -> dict[str, dict[str, float]]:
    """For each way: bytes over a good line and over a bad one, what the bad one lost, and how often it was cut."""
    begin(home / "begun", count)
    return {way: compare(home, way, count, mean) for way in WAYS}


def begin(home: Path, count: int) -> None:
    """A giver that has signed so many records, and a taker that has none of them yet."""
    giver, taker = opened(home, GIVER), opened(home, TAKER)
    # Neither is told where the other is: who calls whom is said when it is measured.
    add_peer(giver, TAKER, "", taker.key.public)
    add_peer(taker, GIVER, "", giver.key.public)
    giver.station.intake.admit(records.drafts(count), door="file", by=None, confirm_all="made")
    giver.publisher.publish()
    giver.store.close()
    taker.store.close()


def compare(home: Path, way: str, count: int, mean: int) -> dict[str, float]:
    """One way over both lines."""
    good, bad = (carried(home, way, count, each) for each in (0, mean))
    return {
        "good_bytes": good["bytes"], "bad_bytes": bad["bytes"], "lost_bytes": bad["lost"],
        "ratio": round(bad["bytes"] / good["bytes"], 3),
        "ratio_with_lost": round((bad["bytes"] + bad["lost"]) / good["bytes"], 3),
        "cuts": bad["cuts"], "syncs": bad["syncs"],
    }  # fmt: skip


def carried(home: Path, way: str, count: int, mean: int) -> dict[str, int]:
    """Carry everything over one line, with as many syncs as it takes; what that cost."""
    folder = home / f"{way}-{mean}"
    shutil.copytree(home / "begun", folder)
    caller, called = WAYS[way]
    node = opened(folder, caller)
    add_peer(node, called, "http://127.0.0.1", _key(node, called), posts=way == "post")
    with served(folder, called) as port, line(port, mean) as found:
        syncs, trouble = 0, "begun"
        while trouble and syncs < MOST_SYNCS:
            trouble, syncs = sync(node, called, lambda _peer: PeerClient(found.address, node.key)).trouble, syncs + 1
    node.store.close()
    taker = opened(folder, TAKER)
    held = sum(taker.ledger.have().values())
    taker.store.close()
    if held != count:
        raise SystemExit(f"{held:,} of {count:,} entries have come: {trouble}")
    return {"bytes": found.bytes, "lost": found.lost, "cuts": found.cuts, "syncs": syncs}


def _key(node: Any, code: str) -> bytes:
    pinned = node.ledger.node(code)
    return bytes(pinned.public_key)


if __name__ == "__main__":
    sys.exit(main())
