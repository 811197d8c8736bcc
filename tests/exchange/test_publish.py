"""What was written here goes out as signed batches, each change once and in order."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.agreements import policy
from exchange.log import epoch, publish, seals, wire
from exchange.log.entries import Batch
from exchange.talk.plan import examine
from tests.exchange.made import whole
from tests.together.kit import Town, banding, correct, make_node, reopen, withdraw, write


@pytest.fixture
def khg(tmp_path: Path) -> Iterator[Town]:
    """Khingansky with nothing written."""
    town = make_node(tmp_path, "AM-KHG")
    yield town
    town.close()


def published(town: Town) -> list[Batch]:
    town.node.publisher.publish()
    return whole(town.node.shelf, town.node.shelf.log_from(town.node.publisher.log, 1))


def test_each_batch_is_signed_and_names_the_one_before_it(khg: Town) -> None:
    for ring in ("XC 000001", "XC 000002", "XC 000003"):
        write(khg, banding(ring))
        khg.node.publisher.publish()
    previous, expected = seals.NO_PREVIOUS, 1
    for batch in published(khg):
        found = examine(batch, khg.node.key.public, "1")
        assert (found.header.previous, found.header.first) == (previous, expected)
        assert all(not read.faults for read in found.reads)
        previous, expected = found.digest, expected + found.header.count
    assert expected == 4


def test_publishing_again_publishes_nothing(khg: Town) -> None:
    write(khg, banding())
    assert khg.node.publisher.publish() == 1
    assert khg.node.publisher.publish() == 0
    assert len(published(reopen(khg))) == 1


def test_many_changes_are_several_batches(khg: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "BATCH", 3)
    write(khg, *[banding(f"XC {number:06d}") for number in range(8)])
    assert [wire.header(batch.header).count for batch in published(khg)] == [3, 3, 2]


def test_a_correction_names_its_parent_in_one_batch_and_across_batches(khg: Town) -> None:
    (uuid,) = write(khg, banding())
    correct(khg, uuid, sex="M")
    khg.node.publisher.publish()
    withdraw(khg, uuid)
    entries = [entry for batch in published(khg) for entry in batch.entries]
    heads = [wire.head(entry.head) for entry in entries]
    assert [head["generation"] for head in heads] == [1, 2, 3]
    assert [head["parents"] for head in heads] == [[], [entries[0].leaf().hex()], [entries[1].leaf().hex()]]
    held = khg.station.store.records.known([uuid])[uuid]
    assert held.seal == entries[2].leaf()


def test_the_bytes_that_are_signed_are_the_bytes_that_are_kept(khg: Town) -> None:
    (uuid,) = write(khg, banding(people={"ringer": "N. N."}))
    (entry,) = published(khg)[0].entries
    version = khg.station.store.records.known([uuid])[uuid].version_id
    assert entry.groups == khg.station.store.records.texts([version])[version]
    assert list(entry.keys) == [""]
    assert entry.withheld == {}


def test_two_entries_alike_have_different_salts(khg: Town) -> None:
    write(khg, banding("XC 000001"), banding("XC 000002"))
    one, two = published(khg)[0].entries
    assert one.keys != two.keys
    assert seals.salt(one.keys, "core") != seals.salt(two.keys, "core")


def test_a_failure_in_the_middle_publishes_nothing_of_the_batch(khg: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    write(khg, banding())

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(khg.station.store.records, "seal", broken)
        with pytest.raises(RuntimeError):
            khg.node.publisher.publish()
    assert khg.node.ledger.have() == {}
    assert len(published(khg)) == 1


def test_the_side_file_that_cannot_be_written_loses_no_entry(khg: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed stays committed, and the next start sees that nothing was set back."""
    write(khg, banding())

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(publish.epoch, "remember", broken)
        with pytest.raises(OSError, match="full"):
            khg.node.publisher.publish()
    again = reopen(khg)
    assert again.node.epoch.renewed == ""
    assert len(published(again)) == 1
    side = json.loads((again.station.settings.keys / epoch.FILE).read_text())
    assert side["number"] == 1
    again.close()


def test_a_guarded_species_is_marked_by_its_sensitivity(khg: Town) -> None:
    write(khg, banding("XC 000001"), banding("XC 000002", species="Grus japonensis"))
    khg.node.publisher.publish()
    (held,) = khg.node.shelf.log_from(khg.node.publisher.log, 1)
    small, crane = held.facts
    assert small.entry_class == policy.classify("banding", 0)
    assert policy.classify("banding", 0) < crane.entry_class <= policy.classify("banding", 3)
    assert small.day == crane.day == "2024-05-01"
