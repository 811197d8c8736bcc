"""A copy of a node on which anything can be tried: it holds the same, writes nowhere else, and is thrown away."""

import contextlib
import copy
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from banding.intake import Intake
from banding.store import Store
from banding.tables import LiveTables
from exchange.agreements import opening
from exchange.log.book import Book
from exchange.log.keyring import Keyring
from exchange.log.ledger import Ledger
from exchange.log.publish import Publisher
from exchange.node import ExchangeNode

NAME = "rehearsal-"
DRY_RUN = "dry-run-"
"""How `banding import --dry-run` calls its own."""
STALE_SECONDS = 86_400


@contextlib.contextmanager
def on_a_copy(node: ExchangeNode) -> Iterator[ExchangeNode]:
    """The node as it is now over a copy of its file, until the block ends. Raises OSError and what the store raises.

    A copy and no long transaction that is rolled back: nobody could save a bird meanwhile. It takes as much room on the
    disk as the file.
    """
    home = node.station.settings.home
    tidy(home)
    # Beside the store, where there is room for records and where nobody else may read.
    with tempfile.TemporaryDirectory(dir=home, prefix=NAME) as folder:
        store = Store(Path(folder) / "node.sqlite")
        try:
            node.store.database.conn.backup(store.database.conn)
            yield _over(node, store, Path(folder))
        finally:
            store.close()


def _over(node: ExchangeNode, store: Store, folder: Path) -> ExchangeNode:
    """A node over another file; what it writes beside its file goes into the folder, and nobody hears of it."""
    live, before = LiveTables(store), node.station
    intake = Intake(store, before.settings.node, live, clock=before.intake.clock, new_id=before.intake.new_id)
    station = replace(before, settings=replace(before.settings, home=folder), store=store, live=live, intake=intake)
    # The same key, without reading or moving its files: only the keys of others are looked up anew.
    key, ledger = copy.copy(node.own_key), Ledger(store)
    key.keyring = Keyring(store)
    publisher = Publisher(store, ledger, key, node.code, folder, node.sensitivity, node.publisher.schema)
    found = replace(
        node, station=station, ledger=ledger, book=Book(store), own_key=key, publisher=publisher, announce=None
    )
    publisher.then = lambda versions: opening.open_birds(found, versions)
    return found


def tidy(home: Path) -> None:
    """Throw away copies that a power cut left behind, of a dry run of an import too: they hold names of people."""
    for folder in (*home.glob(f"{NAME}*"), *home.glob(f"{DRY_RUN}*")):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(folder)
