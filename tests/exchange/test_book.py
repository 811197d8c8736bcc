"""The book keeps peers with their cursors, what visits brought, what was refused and what was answered."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from banding.store import Store
from exchange.log.book import Book, Peer, Visit
from exchange.log.ledger import Ledger


@pytest.fixture
def book(tmp_path: Path) -> Iterable[Book]:
    """An empty book."""
    store = Store.open(tmp_path / "node.sqlite")
    Ledger(store)
    yield Book(store)
    store.close()


def test_a_peer_comes_back_as_it_was_written_down(book: Book) -> None:
    peer = Peer("AM-KHG", "https://am-khg.example.org", {"groups": {"0": ["core"]}}, posts=True)
    book.add_peer(peer)
    assert book.peers() == [peer] == [book.peer("AM-KHG")]
    assert book.peer("HL-SHP") is None


def test_a_peers_new_address_does_not_make_it_begin_again(book: Book) -> None:
    book.add_peer(Peer("AM-KHG", "https://old.example.org", {}))
    book.note("AM-KHG", cursor=57, epoch="e", posted=12, trouble="none")
    book.add_peer(Peer("AM-KHG", "https://new.example.org", {"groups": {}}, posts=True))
    found = book.peer("AM-KHG")
    assert found is not None
    assert (found.address, found.cursor, found.epoch, found.posted) == ("https://new.example.org", 57, "e", 12)
    assert (found.posts, found.terms) == (True, {"groups": {}})


def test_visits_add_up(book: Book) -> None:
    for kept in (3, 4):
        book.visited(Visit("AM-KHG", "2025-06-01", "pulled", kept=kept, refused=1))
    book.visited(Visit("HL-QFG", "2025-06-01", "posted", sent=2))
    assert book.totals()["AM-KHG"] == {"kept": 7, "known": 0, "fuller": 0, "aside": 0, "refused": 2, "sent": 0}
    assert [visit.kept for visit in book.visits("AM-KHG")] == [4, 3]
    assert len(book.visits(limit=2)) == 2


def test_the_same_refused_bytes_stand_once_in_the_book(book: Book) -> None:
    for _ in range(3):
        book.refuse("AM-KHG", "W-root", {"why": "made up"}, b"bytes" * 100_000, "2025-06-01")
    book.refuse("AM-KHG", "W-signature", {}, b"bytes" * 100_000, "2025-06-01")
    assert [one.code for one in book.refusals()] == ["W-signature", "W-root"]
    sizes = book.store.database.execute("select length(bytes) from exchange_refused").fetchall()
    assert sizes == [(64 * 1024,), (64 * 1024,)]


def test_an_answer_is_remembered_by_the_bytes(book: Book) -> None:
    assert book.answered("d", "AM-KHG") is None
    book.answer("d", "AM-KHG", "2025-06-01", {"kept": 1})
    assert json.dumps(book.answered("d", "AM-KHG")) == '{"kept": 1}'
    assert book.answered("d", "HL-SHP") is None
