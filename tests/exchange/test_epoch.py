"""A number of a log is never given twice: a store that was set back or copied writes under a new epoch."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.log import epoch
from tests.together.kit import Network, Town, banding, befriend, count, every, make_node, pull, reopen, write


@pytest.fixture
def khg(tmp_path: Path) -> Iterator[Town]:
    """Khingansky with two published bandings."""
    town = make_node(tmp_path, "AM-KHG")
    published(town, "XC 000001", "XC 000002")
    yield town
    town.close()


def published(town: Town, *rings: str) -> None:
    write(town, *[banding(ring) for ring in rings])
    town.node.publisher.publish()


def side(town: Town) -> Path:
    return town.station.settings.keys / epoch.FILE


def backup(town: Town) -> Path:
    """A copy of the node's file, as `.backup` makes it."""
    path = town.folder / "backup.sqlite"
    town.station.store.database.execute("vacuum into ?", [str(path)])
    return path


def restore(town: Town, path: Path) -> Town:
    town.close()
    for old in town.station.settings.home.glob("node.sqlite*"):
        old.unlink()
    shutil.copy(path, town.station.settings.store)
    return make_node(town.folder, town.code, clock=town.clock)


def test_a_fresh_node_has_an_epoch_and_remembers_it(tmp_path: Path) -> None:
    town = make_node(tmp_path, "AM-KHG")
    name = town.node.epoch.name
    assert len(name) == 16
    assert int(name, 16) >= 0
    assert town.node.epoch.renewed == ""
    assert json.loads(side(town).read_text()) == {"epoch": name, "number": 0}
    again = reopen(town)
    assert (again.node.epoch.name, again.node.epoch.renewed) == (name, "")
    again.close()


def test_an_ordinary_restart_goes_on_in_the_same_log(khg: Town) -> None:
    before = khg.node.publisher.log
    assert json.loads(side(khg).read_text())["number"] == 2
    again = reopen(khg)
    published(again, "XC 000003")
    assert again.node.ledger.have() == {before: 3}
    again.close()


def test_a_restored_backup_begins_a_new_epoch(khg: Town) -> None:
    old, saved = khg.node.publisher.log, backup(khg)
    published(khg, "XC 000003")
    back = restore(khg, saved)
    assert back.node.epoch.renewed
    assert back.node.publisher.log != old
    published(back, "XC 000004")
    assert back.node.ledger.have() == {old: 2, back.node.publisher.log: 1}
    assert json.loads(side(back).read_text()) == {"epoch": back.node.epoch.name, "number": 1}
    again = reopen(back)
    assert again.node.epoch.renewed == "", "once is enough"
    again.close()


def test_what_was_not_yet_published_in_the_backup_goes_out_under_the_new_epoch(khg: Town) -> None:
    write(khg, banding("XC 000003"))
    saved = backup(khg)
    khg.node.publisher.publish()
    back = restore(khg, saved)
    back.node.publisher.publish()
    assert back.node.ledger.have()[back.node.publisher.log] == 1
    assert count(back, "records") == 3
    back.close()


def test_a_backup_of_the_newest_state_goes_on_in_the_same_log(khg: Town) -> None:
    """Nothing was issued since, so no number can be given twice."""
    log = khg.node.publisher.log
    back = restore(khg, backup(khg))
    assert (back.node.epoch.renewed, back.node.publisher.log) == ("", log)
    back.close()


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"epoch": "0123456789abcdef", "number": 2}', '{"number": 2}']
)
def test_without_a_side_file_that_fits_a_new_epoch_is_begun(khg: Town, text: str | None) -> None:
    if text is None:
        side(khg).unlink()
    else:
        side(khg).write_text(text)
    before = khg.node.epoch.name
    again = reopen(khg)
    assert again.node.epoch.name != before
    assert again.node.epoch.renewed
    again.close()


def test_a_number_that_cannot_be_read_begins_a_new_epoch(khg: Town) -> None:
    said = json.loads(side(khg).read_text())
    side(khg).write_text(json.dumps(said | {"number": "many"}))
    again = reopen(khg)
    assert again.node.epoch.renewed
    again.close()


def test_a_backup_from_before_the_first_entry_begins_a_new_epoch(tmp_path: Path) -> None:
    """It may have issued numbers since, and nothing but the missing file would tell."""
    town = make_node(tmp_path, "AM-KHG")
    saved = backup(town)
    published(town, "XC 000001")
    side(town).unlink()
    before = town.node.epoch.name
    back = restore(town, saved)
    assert back.node.epoch.name != before
    back.close()


def test_a_store_made_anew_never_goes_on_in_the_old_log(khg: Town) -> None:
    before = khg.node.epoch.name
    khg.close()
    for old in khg.station.settings.home.glob("node.sqlite*"):
        old.unlink()
    anew = make_node(khg.folder, khg.code)
    assert anew.node.epoch.name != before
    anew.close()


def test_what_was_posted_to_a_node_that_was_set_back_is_posted_again(khg: Town) -> None:
    """Nobody else would bring it there: the node that posts cannot be called."""
    shp = make_node(khg.folder, "HL-SHP")
    befriend(khg, shp, posts=["AM-KHG"])
    network = Network(hidden={"AM-KHG"}).add(khg, shp)
    saved = shp.folder / "shp.sqlite"
    write(shp, banding("XC 000009"))
    shp.node.publisher.publish()
    shp.station.store.database.execute("vacuum into ?", [str(saved)])
    write(shp, banding("XC 000010"))
    assert pull(khg, shp, network).sent == 2
    back = restore(shp, saved)
    assert count(back, "records") == 1
    network.add(back)
    report = pull(khg, back, network)
    assert (report.trouble, report.sent) == ("", 3)
    # Its own lost banding comes back as well, since Khingansky had taken it.
    assert {one.core["ring"] for one in every(back)} == {"XC 000001", "XC 000002", "XC 000009", "XC 000010"}
    back.close()


def test_a_crash_between_the_commit_and_the_side_file_loses_nothing(khg: Town) -> None:
    name = khg.node.epoch.name
    epoch.remember(side(khg).parent, name, 1)
    again = reopen(khg)
    assert (again.node.epoch.name, again.node.epoch.renewed) == (name, "")
    assert json.loads(side(again).read_text())["number"] == 2
    again.close()


def test_two_threads_that_publish_at_once_leave_the_highest_number_beside_the_key(khg: Town) -> None:
    """The timetable and a peer's request do so every day."""
    faults: list[BaseException] = []
    start = threading.Barrier(4)

    def work(letter: str) -> None:
        try:
            start.wait()
            for number in range(8):
                write(khg, banding(f"X{letter} {number:06d}"))
                khg.node.publisher.publish()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=[letter]) for letter in "ABEK"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert khg.node.ledger.have() == {khg.node.publisher.log: 34}
    assert json.loads(side(khg).read_text())["number"] == 34
    assert not list(side(khg).parent.glob("*.part"))
