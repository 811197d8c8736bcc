"""The power fails in the middle of a sync, again and again: nothing is lost and nothing is doubled."""

import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from banding.intake import Draft
from tests.together.served import Served, opened, prepare, run, until

pytestmark = pytest.mark.slow

RECORDS = 5000
SYNC = """
from banding.settings import load
from banding.station import Station
from exchange.node import ExchangeNode
from exchange.talk.schedule import connect
from exchange.talk.sync import sync
node = ExchangeNode.open(Station.open(load()))
# The lease of a process that was killed runs out after a while; nobody else is here, so the test does not wait.
with node.store.transaction():
    node.store.database.execute("delete from leases")
for peer in node.book.peers():
    report = sync(node, peer.code, connect(node))
    print(report.trouble or report, flush=True)
    raise SystemExit(3 if report.trouble else 0)
"""


def bandings(count: int, letter: str) -> Iterator[Draft]:
    for number in range(count):
        core = {
            "kind": "banding", "scheme": "RUM", "ring": f"X{letter} {number:06d}", "species": "Emberiza spodocephala",
            "day": f"2024-05-{number % 28 + 1:02d}",
        }  # fmt: skip
        place = {"latitude": 49.01694, "longitude": 130.44694, "name": f"Net {number % 40}"}
        measurements = {"wing": 70 + number % 9, "mass": 18 + number % 50 / 10}
        yield Draft({"core": core, "place": place, "measurements": measurements}, f"row {letter}{number}")


def fill(node: Served, count: int, letter: str, batch: int = 1000) -> None:
    """Write bandings at a node and publish them, `batch` at a time."""
    drafts = bandings(count, letter)
    with opened(node) as found:
        for _ in range(0, count, batch):
            verdicts = found.station.intake.admit(
                islice(drafts, batch), door="file", by="a test", confirm_all="For the test"
            )
            assert all(verdict.is_kept for verdict in verdicts)
            found.publisher.publish()


def asked(node: Served, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(node.home / "node.sqlite", timeout=30) as connection:
        return connection.execute(sql).fetchall()


CONTENT = "select hex(r.uuid), r.generation, hex(r.seal) from records r order by r.uuid"
VERSIONS = "select hex(r.uuid), v.generation, hex(v.seal) from versions v join records r on r.id = v.record_id"
LOGS = "select name, head_number, hex(head_hash) from exchange_logs where head_number > 0 order by name"


def sound(node: Served, records: int) -> None:
    """The file is whole, every record is there once, and the ledger has neither holes nor doubles."""
    assert asked(node, "pragma integrity_check") == [("ok",)]
    assert asked(node, "pragma foreign_key_check") == []
    assert asked(node, "select count(*), count(distinct uuid) from records") == [(records, records)]
    assert len(asked(node, VERSIONS)) == len(set(asked(node, VERSIONS))) == records
    holes = (
        "select l.name from exchange_logs l where l.head_number != (select count(*) from exchange_entries e"
        " where e.log_id = l.id) or l.head_number != (select coalesce(sum(b.count), 0) from exchange_batches b"
        " where b.log_id = l.id)"
    )
    assert asked(node, holes) == []
    assert asked(node, "select count(*) from exchange_refused") == [(0,)]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Served]]:
    """Khingansky with its bandings, and Sanhuanpao with none; nobody is served yet."""
    nodes = prepare(tmp_path, "AM-KHG", "HL-SHP", account=False)
    # The timetable keeps still, so that only what the test starts is under way.
    for node in nodes:
        node.more["BANDING_SYNC_SECONDS"] = "900000"
        with opened(node) as found, found.store.transaction():
            for peer in found.book.peers():
                found.book.note(peer.code, paused=1, page_bytes=32 * 1024)
    fill(nodes[0], RECORDS, "C", batch=100)
    try:
        yield nodes
    finally:
        for node in nodes:
            node.kill()


def finished(node: Served) -> None:
    """Sync until it goes through, as the timetable would."""
    for _ in range(5):
        process = run(node, SYNC)
        if process.wait(120) == 0:
            return
    raise AssertionError(node.said())


def seconds_of_a_whole_sync(server: Served, folder: Path) -> float:
    """How long a sync that nobody disturbs takes on this machine, from the start of its process."""
    (other,) = prepare(folder, "HL-QFG", account=False)
    with opened(server) as found, opened(other) as mine:
        from exchange import peering

        peering.add_peer(found, other.code, other.address, mine.key.public)
        peering.add_peer(mine, server.code, server.address, found.key.public)
    began = time.monotonic()
    assert run(other, SYNC).wait(120) == 0, other.said()
    sound(other, RECORDS)
    return time.monotonic() - began


def test_a_sync_killed_at_any_moment_goes_on_where_it_was(pair: list[Served], tmp_path: Path) -> None:
    khg, shp = pair
    khg.start()
    whole = seconds_of_a_whole_sync(khg, tmp_path)
    seed = random.randrange(2**32)
    dice, held = random.Random(seed), []
    for _ in range(8):
        process = run(shp, SYNC)
        time.sleep(dice.uniform(0.25, 0.95) * whole)
        process.kill()
        process.wait(30)
        assert asked(shp, "pragma integrity_check") == [("ok",)], seed
        held.append(int(str(asked(shp, "select count(*) from records")[0][0])))
        assert held == sorted(held), (seed, held)
    finished(shp)
    sound(shp, RECORDS)
    assert asked(shp, CONTENT) == asked(khg, CONTENT), seed
    assert asked(shp, LOGS) == asked(khg, LOGS)
    assert max(held) > 0, f"no sync had begun to take anything when it was killed: {held}, seed {seed}"


def test_the_serving_node_killed_in_the_middle_leaves_both_whole(pair: list[Served]) -> None:
    khg, shp = pair
    dice = random.Random(20250601)
    for cut in range(4):
        khg.start()
        process = run(shp, SYNC)
        before = int(str(asked(shp, "select count(*) from records")[0][0]))
        if before < RECORDS:
            # Killed as soon as something of this round has come, or a little later.
            until(partial(came_or_ended, shp, before, process), "something has come")
            time.sleep(dice.uniform(0, 0.2))
        khg.kill()
        assert process.wait(120) in {0, 3}, shp.said()
        assert "Traceback" not in shp.said()
        fill(khg, 10, "ABEK"[cut], batch=10)
    khg.start()
    finished(shp)
    for node in pair:
        sound(node, RECORDS + 40)
    assert asked(shp, CONTENT) == asked(khg, CONTENT)
    # Whoever serves was killed, not set back: its log goes on under the same name.
    assert len(asked(khg, LOGS)) == 1
    assert asked(shp, LOGS) == asked(khg, LOGS)


def came_or_ended(node: Served, before: int, process: subprocess.Popen[bytes]) -> bool:
    return int(str(asked(node, "select count(*) from records")[0][0])) > before or process.poll() is not None


def test_a_node_killed_while_it_publishes_never_gives_a_number_twice(tmp_path: Path) -> None:
    (khg,) = prepare(tmp_path, "AM-KHG", account=False)
    write = """
import itertools, sys
from banding.settings import load
from banding.station import Station
from exchange.node import ExchangeNode
from tests.together.test_kill import bandings
node = ExchangeNode.open(Station.open(load()))
print("ready", flush=True)
for draft in bandings(10**6, sys.argv[1]):
    node.station.intake.admit([draft], door="form", by="a test", confirm_all="For the test")
    node.publisher.publish()
"""
    dice = random.Random(20250602)
    for letter in "ABCEKM":
        khg.log.unlink(missing_ok=True)
        process = run(khg, write, letter)
        until(lambda: "ready" in khg.said(), "the process writes")
        time.sleep(dice.uniform(0.05, 0.6))
        process.kill()
        process.wait(30)
    with opened(khg) as node:
        assert node.epoch.renewed == ""
        node.publisher.publish()
    count = int(str(asked(khg, "select count(*) from records")[0][0]))
    sound(khg, count)
    assert count > 6
    assert [row[1] for row in asked(khg, LOGS)] == [count]
