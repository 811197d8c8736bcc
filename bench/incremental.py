"""`python -m bench.incremental`: syncs of two nodes that hold very much already, of nothing and of a little."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from bench import intake
from bench.exchange import GIVER, TAKER, opened
from bench.served import Line, line, served
from exchange.node import ExchangeNode
from exchange.peering import add_peer
from exchange.talk.peer import PeerClient
from exchange.talk.report import Report
from exchange.talk.sync import sync

RESULTS = Path(__file__).resolve().parent / "results" / "incremental.json"
HELD, NEW = 1_000_000, 1_000
ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.incremental", description=__doc__)
    parser.add_argument("--records", type=int, default=HELD, help=f"records held by both; {HELD:,} unless said")
    parser.add_argument("--new", type=int, default=NEW, help=f"records that are new, {NEW:,} at most")
    parser.add_argument("--folder", type=Path, help="where both nodes are kept for the next time")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    asked = parser.parse_args(arguments)
    asked.new = min(asked.new, NEW)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.folder or Path(folder), asked.records, asked.new)
    told = json.dumps(found, indent=2) + "\n"
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(told, encoding="utf-8")
    sys.stdout.write(told)
    return 0


def measure(home: Path, count: int, new: int) -> dict[str, object]:
    """Bytes and milliseconds of a sync of nothing, the best of several, and of one of a few new records."""
    if not (home / "ready").is_file():
        prepare(home, count)
    taker = opened(home, TAKER)
    before = sum(taker.ledger.have().values())
    with served(home, GIVER) as port, line(port) as found:
        once(taker, found)
        nothing = [once(taker, found) for _ in range(ROUNDS)]
    write_more(home, count, new)
    with served(home, GIVER) as port, line(port) as found:
        little = once(taker, found)
    come = sum(taker.ledger.have().values()) - before
    taker.store.close()
    if come != new:
        raise SystemExit(f"{come:,} of {new:,} new records have come")
    return {"held": before, "nothing": min(nothing, key=lambda one: one["ms"]), "new": {"records": new} | little}


def prepare(home: Path, count: int) -> None:
    """Two nodes that hold the same records, the taker because it has pulled them."""
    intake.filled(home / GIVER, count).store.close()
    giver, taker = opened(home, GIVER), opened(home, TAKER)
    giver.publisher.publish()
    add_peer(giver, TAKER, "", taker.key.public)
    add_peer(taker, GIVER, "http://127.0.0.1", giver.key.public)
    giver.store.close()
    with served(home, GIVER) as port, line(port) as found:
        whole(synced(taker, found), count)
    taker.store.close()
    (home / "ready").touch()


def write_more(home: Path, count: int, new: int) -> None:
    """Let the giver enter and sign records that nobody has yet, however often this was done before."""
    giver = opened(home, GIVER)
    earlier = (sum(giver.ledger.have().values()) - count) // new
    drafts = islice(intake.newcomers(count, earlier), new)
    giver.station.intake.admit(drafts, door="file", by=None, confirm_all="made")
    giver.publisher.publish()
    giver.store.close()


def once(taker: ExchangeNode, found: Line) -> dict[str, float]:
    """One sync: bytes that crossed, both ways and with all headers, milliseconds, and those of our own processor."""
    crossed, began, worked = found.bytes, time.perf_counter(), time.process_time()
    report = synced(taker, found)
    if report.trouble:
        raise SystemExit(f"The sync failed: {report}")
    return {
        "bytes": found.bytes - crossed,
        "ms": round((time.perf_counter() - began) * 1000, 1),
        "cpu_ms": round((time.process_time() - worked) * 1000, 1),
    }


def synced(taker: ExchangeNode, found: Line) -> Report:
    """A sync over a line."""
    return sync(taker, GIVER, lambda _peer: PeerClient(found.address, taker.key))


def whole(report: Report, count: int) -> None:
    """See that everything has come."""
    if report.trouble or report.taken.kept != count:
        raise SystemExit(f"The pull failed: {report}")


if __name__ == "__main__":
    sys.exit(main())
