"""Reports of the public in the store: one for each address, nothing lost when it is told anew, nothing left behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banding.store import Store
from banding.store.finds import MOST_PHOTOS, Find
from banding.store.photos import Picture

AT, LATER = "2025-06-01T03:00:00+00:00", "2025-07-01T03:00:00+00:00"
TOLD = {"ring": "XC 345612", "day": "2024-09-20", "remarks": "I live beside the lake"}
PERSON = {"name": "A finder", "mail": "finder@example.org"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "node.sqlite")
    yield opened
    opened.close()


def take(store: Store, digest: str = "d1", told: Any = TOLD, person: Any = PERSON, **more: Any) -> Find:
    usual: dict[str, Any] = {"language": "ru", "suspect": False, "at": AT}
    return store.finds.take(digest, told, person, **usual | more)


def test_what_is_taken_is_found_again_as_it_was(store: Store) -> None:
    taken = take(store)
    assert store.finds.by_digest("d1") == store.finds.one(taken.id) == taken
    assert (taken.told, taken.person, taken.language, taken.state) == (TOLD, PERSON, "ru", "waiting")
    assert store.finds.one(99) is None


@given(st.lists(st.sampled_from(["XC 1", "XC 2", "XC 3"]), min_size=1, max_size=8))
def test_however_often_it_is_told_anew_it_is_one_report_and_every_telling_is_kept(told: list[str]) -> None:
    store = Store.open(Path(":memory:"))
    for ring in told:
        found = take(store, told={"ring": ring})
    changes = [ring for ring, after in zip(told, [*told[1:], None], strict=True) if ring != after]
    assert [one["ring"] for one in (*found.earlier, found.told)] == changes
    assert store.finds.count_waiting() == 1
    store.close()


def test_one_that_is_closed_is_not_changed_by_being_told_anew(store: Store) -> None:
    taken = take(store)
    store.finds.close(taken.id, "refused", by="anna", at=LATER, reason="A toy")
    assert take(store, told={"ring": "XC 9"}).told == TOLD
    store.finds.reopen(taken.id)
    assert take(store, told={"ring": "XC 9"}).told == {"ring": "XC 9"}


def test_what_may_be_spam_waits_behind_all_others_and_rings_no_bell(store: Store) -> None:
    take(store, "spam", suspect=True)
    assert store.finds.newest_waiting() == 0
    honest = take(store, "honest")
    assert [one.digest for one in store.finds.waiting(9)] == ["honest", "spam"]
    assert store.finds.newest_waiting() == honest.id


def test_a_photo_is_kept_once_and_there_is_an_end_to_them(store: Store) -> None:
    taken = take(store)
    for number in (1, 1, 2, 3, 4, 5):
        store.finds.add_photo(taken.id, Picture(f"p{number}", b"jpeg", 4, 3, False))
    held = store.finds.by_digest("d1")
    assert held is not None
    assert len(held.photos) == MOST_PHOTOS
    assert store.finds.photo(taken.id, held.photos[0]) == Picture("p1", b"jpeg", 4, 3, False)
    assert store.finds.photo(taken.id + 1, held.photos[0]) is None


def test_what_is_forgotten_leaves_no_byte_in_the_file_or_beside_it(store: Store) -> None:
    taken = take(store)
    take(store, told=TOLD | {"remarks": "My house is the red one"})
    store.finds.add_photo(taken.id, Picture("p1", b"a face in a photo" * 500, 4, 3, False))
    stays = {name: text for name, text in TOLD.items() if name != "remarks"}
    store.finds.forget(taken.id, stays, {"at": LATER, "why": "asked", "what": ["name"]})
    assert store.finds.settle()
    left = b"".join(path.read_bytes() for path in store.path.parent.glob("node.sqlite*"))
    for gone in (b"A finder", b"finder@", b"beside the lake", b"red one", b"a face in a photo"):
        assert gone not in left, gone
    held = store.finds.one(taken.id)
    assert held is not None
    assert (held.told, held.person, held.earlier, held.photos) == (stays, {}, [], [])
    assert held.forgotten["what"] == ["name"]


def test_only_what_was_closed_before_a_moment_and_still_names_somebody_has_outlived_its_time(store: Store) -> None:
    numbers = [take(store, f"d{at}").id for at in range(4)]
    for number, at in zip(numbers, (AT, AT, LATER), strict=False):
        store.finds.close(number, "spam", by="anna", at=at)
    store.finds.forget(numbers[1], {"ring": "XC 1"}, {"at": AT, "why": "asked", "what": []})
    assert [one.id for one in store.finds.outlived(LATER)] == numbers[:1]


def test_news_is_mailed_until_the_last_of_it(store: Store) -> None:
    accepted, silent = take(store, "a"), take(store, "b", person={"name": "No mail"})
    for one in (accepted, silent):
        store.finds.close(one.id, "accepted", by="anna", at=AT, record="7d9f1c1e-0000-4000-8000-000000000000")
    assert [one.id for one in store.finds.to_mail()] == [accepted.id]
    store.finds.mailed(accepted.id, "accepted")
    assert [one.mailed for one in store.finds.to_mail()] == ["accepted"]
    store.finds.mailed(accepted.id, "answered")
    assert store.finds.to_mail() == []
