"""A pull into an empty node, beside the same rows written straight into the same tables."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from banding.settings import Settings, station_node
from banding.station import Station
from bench import records
from bench.loop import run as run_loop
from exchange.agreements import opening, policy
from exchange.log import wire
from exchange.log.book import FIRST_PAGE, Peer
from exchange.node import ExchangeNode
from exchange.peering import add_peer
from exchange.talk.line import Hello
from exchange.talk.peer import PeerClient
from exchange.talk.pull import PAGE_MOST
from exchange.talk.sync import sync

GIVER, TAKER = "AM-KHG", "HL-SHP"
TABLES = ("records", "versions", "findings", "exchange_batches", "exchange_entries", "exchange_feed", "exchange_routes")
ROWS = 10_000
"""Rows to a transaction of the floor: as many as the pull writes in one."""


@dataclass(frozen=True)
class Figures:
    """What one pull of `records` records took: seconds, bytes on the line, peak memory in MiB."""

    records: int
    admit: float
    publish: float
    feed: float
    segments: float
    ready: float
    pull: float
    floor: float
    loop: float
    peer: float
    line_bytes: int
    segment_bytes: int
    floor_rows: int
    peak_mib: float

    def rates(self) -> dict[str, float]:
        """Records a second of each measure."""
        names = ("admit", "publish", "feed", "segments", "ready", "pull", "floor", "loop", "peer")
        return {name: self.records / getattr(self, name) for name in names}


def opened(home: Path, code: str) -> ExchangeNode:
    """A node of that code in a folder; made when it is not there."""
    return ExchangeNode.open(Station.open(Settings(home=home / code, node=station_node(code))))


class Recorded(PeerClient):
    """A peer whose pages lie in files: what is measured is our side of the line and nothing else."""

    def __init__(self, folder: Path, node: ExchangeNode) -> None:
        super().__init__("http://recorded", node.key)
        self.folder = folder
        self.told = json.loads((folder / "told.json").read_text(encoding="utf-8"))

    def hello(self) -> Hello:
        return Hello(**self.told["hello"] | {"key": wire.decode(self.told["hello"]["key"])})

    def have(self) -> dict[str, int]:
        return dict(self.told["have"])

    # The pages were cut when they were written; the limits asked for are the same by design.
    def feed(self, cursor: str, max_bytes: int) -> Iterator[Any]:  # noqa: ARG002
        path = self.folder / f"{cursor}.page"
        self.bytes += path.stat().st_size
        with path.open("rb") as page:
            yield from wire.read(page)


def give(home: Path, pages: Path, count: int) -> dict[str, Any]:
    """Make the giver, let it publish, and write down the pages it would answer; seconds of each step, and bytes."""
    node = opened(home, GIVER)
    taker = opened(home, TAKER)
    add_peer(node, TAKER, "http://recorded", taker.key.public)
    add_peer(taker, GIVER, "http://recorded", node.key.public)
    sizes: list[int] = []
    took = {
        "admit": timed(
            lambda: node.station.intake.admit(records.drafts(count), door="file", by=None, confirm_all="made")
        ),
        "publish": timed(node.publisher.publish),
        "feed": timed(lambda: write_pages(node, pages)),
        "segments": timed(lambda: sizes.append(offered(node))),
        "ready": timed(lambda: sizes.append(offered(node))),
        "segment_bytes": sizes[0],
    }
    node.store.close()
    taker.store.close()
    return took


def offered(node: ExchangeNode) -> int:
    """Offer the whole feed as segments, made once and ready ever after; the bytes of the offers and of all segments."""
    blocks = opening.view(node, Peer(TAKER, "", policy.STANDARD)).blocks(node.shelf.feed(0, TAKER), segments=True)
    return sum(len(lines) + elsewhere for _place, lines, elsewhere in blocks)


def write_pages(node: ExchangeNode, folder: Path) -> None:
    """The pages of the feed as the taker will ask for them: each limit twice the one before."""
    folder.mkdir()
    peer = Peer(TAKER, "", policy.STANDARD)
    place, limit, more = 0, FIRST_PAGE, True
    while more:
        ends: list[tuple[int, bool]] = []

        def end(last: int, there_is_more: bool, ends: list[tuple[int, bool]] = ends) -> str:
            ends.append((last, there_is_more))
            return f"{node.epoch.name}.{last}"

        blocks = opening.view(node, peer).blocks(node.shelf.feed(place, TAKER), segments=False)
        with (folder / f"{node.epoch.name}.{place}.page").open("wb") as file:
            file.writelines(wire.page(blocks, limit, end))
        (place, more), limit = ends[0], min(limit * 2, PAGE_MOST)
    hello = {
        "node": GIVER, "key": wire.encode(node.key.public), "fingerprint": node.key.fingerprint,
        "epoch": node.epoch.name, "schema": "1.0", "protocol": 1, "clock": "", "nonce": "", "names": {},
        "page_bytes": PAGE_MOST, "inbox_bytes": PAGE_MOST,
    }  # fmt: skip
    told = {"hello": hello, "have": node.ledger.have()}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def pull(home: Path, pages: Path, count: int) -> tuple[float, int, float]:
    """One sync of the empty taker with the recorded giver; seconds, bytes on the line, peak memory in MiB."""
    node = opened(home, TAKER)
    began = time.perf_counter()
    report = sync(node, GIVER, lambda _peer: Recorded(pages, node))
    seconds = time.perf_counter() - began
    node.store.close()
    if report.trouble or report.taken.kept != count:
        raise SystemExit(f"The pull failed: {report}")
    return seconds, report.bytes, peak_mib()


def pull_alone(home: Path, pages: Path, count: int) -> tuple[float, int, float]:
    """The same in a process of its own, so that its memory is nobody else's."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(pull, (home, pages, count))


def rows_again(home: Path, name: str, write: Callable[[Any, str, list[str], list[Any]], None]) -> tuple[float, int]:
    """Write what the taker holds into a new, empty node of the same tables; seconds of writing, and rows."""
    source, target = opened(home, TAKER), opened(home / name, TAKER)
    clear(target)
    seconds, written = 0.0, 0
    for table in TABLES:
        cursor = source.store.database.conn.execute(f"select * from {table}")
        columns = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(ROWS):
            began = time.perf_counter()
            write(target.store, table, columns, rows)
            seconds += time.perf_counter() - began
            written += len(rows)
    source.store.close()
    target.store.close()
    return seconds, written


def clear(node: ExchangeNode) -> None:
    """Empty the tables that opening a node has already written to."""
    for table in TABLES:
        node.store.database.conn.execute(f"delete from {table}")


def by_executemany(store: Any, table: str, columns: list[str], rows: list[Any]) -> None:
    """The floor: nothing but SQLite's own work, ten thousand rows to a transaction."""
    marks = ", ".join("?" * len(columns))
    with store.transaction():
        store.database.conn.executemany(f"insert into {table}({', '.join(columns)}) values ({marks})", rows)


def by_insert_all(store: Any, table: str, columns: list[str], rows: list[Any]) -> None:
    """The peer: the library's own way to insert rows, as its manual shows it."""
    store.database.table(table).insert_all(dict(zip(columns, row, strict=True)) for row in rows)


def measure(home: Path, count: int) -> Figures:
    """All figures for so many records, in one run."""
    took = give(home, home / "pages", count)
    seconds, line_bytes, peak = pull_alone(home, home / "pages", count)
    floor, rows = rows_again(home, "floor", by_executemany)
    loop = timed(lambda: run_loop(home / "pages", home / "loop.sqlite"))
    peer, _rows = rows_again(home, "peer", by_insert_all)
    return Figures(
        records=count, **took, pull=seconds, floor=floor, loop=loop, peer=peer, line_bytes=line_bytes, floor_rows=rows,
        peak_mib=peak,
    )  # fmt: skip


def timed(deed: Callable[[], object]) -> float:
    """Seconds that a deed takes."""
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def peak_mib() -> float:
    """The most memory this process has held, in MiB; 0 where the system does not say."""
    try:
        # This mark begins anew with the process; the one of getrusage is handed down by the parent.
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return _peak_of_usage()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _peak_of_usage() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
