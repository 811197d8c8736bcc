"""A row that one node adds to an open table is read at the others after one sync, and travels on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from banding.tables import standings
from exchange.agreements import opening
from exchange.talk import again
from tests.exchange.made import whole
from tests.together.kit import Network, Town, befriend, every, make_node, peer_of, pull, settle, trust, write
from tests.together.kit import banding as banded
from tests.together.pen import Pen, lines

LAKE = {"en": "Lake Udyl", "ru": "Озеро Удыль", "zone": "Asia/Vladivostok"}


def label(town: Town, code: str = "KH-OZR") -> str:
    return town.station.live.table("station").label(code, "ru")


def test_a_station_unknown_to_the_other_nodes_table_gets_its_name_there_after_one_sync(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    amur.station.intake.extending.add("station", "KH-OZR", LAKE, by="anna")
    write(amur, banded())
    assert label(shuangpo) == "KH-OZR"
    report = pull(shuangpo, amur, between)
    assert label(shuangpo) == "Озеро Удыль"
    assert len(every(shuangpo)) == 1
    assert report is not None


def test_a_row_changed_and_withdrawn_is_followed(amur: Town, shuangpo: Town, between: Network) -> None:
    extending = amur.station.intake.extending
    extending.add("station", "KH-OZR", LAKE, by=None)
    pull(shuangpo, amur, between)
    extending.add("station", "KH-OZR", LAKE | {"ru": "Удыль"}, by=None)
    pull(shuangpo, amur, between)
    assert label(shuangpo) == "Удыль"
    extending.withdraw("station", "KH-OZR", by=None)
    pull(shuangpo, amur, between)
    assert label(shuangpo) == "KH-OZR"


def test_a_row_travels_on_over_a_third_node(amur: Town, shuangpo: Town, tmp_path: Path) -> None:
    third = make_node(tmp_path / "third", "HL-GFN")
    befriend(amur, shuangpo)
    befriend(shuangpo, third)
    trust(amur, third)
    network = Network().add(amur, shuangpo, third)
    amur.station.intake.extending.add("station", "KH-OZR", LAKE, by=None)
    settle(network)
    assert label(third) == "Озеро Удыль"
    third.close()


def test_two_nodes_that_claim_one_code_come_to_the_same_and_both_see_the_conflict(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    amur.station.intake.extending.add("station", "KH-OZR", LAKE, by=None)
    shuangpo.station.intake.extending.add("station", "KH-OZR", LAKE | {"ru": "Другое"}, by=None)
    settle(between)
    found = [
        [(one.extension.origin, one.state) for one in standings(town.station.store.extensions.current())]
        for town in (amur, shuangpo)
    ]
    assert found[0] == found[1] == [("AM-KHG", "used"), (shuangpo.station.settings.node.code, "claimed")]
    assert label(amur) == label(shuangpo) == "Озеро Удыль"


def test_published_entries_of_rows_hold_the_core_alone(amur: Town) -> None:
    amur.station.intake.extending.add("station", "KH-OZR", LAKE, by=None)
    assert amur.node.publisher.publish() == 1
    (batch,) = whole(amur.node.shelf, amur.node.shelf.log_from(amur.node.publisher.log, 1))
    assert [set(entry.groups) for entry in batch.entries] == [{"core"}]
    (kept,) = amur.station.store.extensions.known(one.uuid for one in amur.station.store.extensions.current()).values()
    assert kept.seal == batch.entries[0].leaf()


def test_only_the_node_that_added_a_row_continues_it(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any]
) -> None:
    said = {"kind": "extension", "table": "station", "code": "KH-OZR", "row": LAKE}
    names = ("id", "origin", "generation")
    first = {name: value for name, value in honest.core().items() if name in names} | said
    second = first | {"origin": writer.code, "generation": 2, "row": LAKE | {"ru": "Другое"}}
    post(lines(honest.batch(honest.entry(first))))
    post(lines(writer.batch(writer.entry(second))))
    assert label(town) == "Озеро Удыль"
    (waiting,) = town.node.book.waiting()
    assert [reason.code for reason in waiting.reasons] == ["W-origin"]


def test_a_species_that_a_row_guards_is_guarded_in_what_was_held_before(
    town: Town, writer: Pen, honest: Pen, post: Callable[[bytes], Any]
) -> None:
    entry = honest.entry(honest.core(species="Avis nova"), area={"latitude": 49.0, "longitude": 130.4})
    post(lines(honest.batch(entry)))
    again.look(town.node)
    (held,) = town.node.shelf.log_from(honest.log, 1)
    peer = peer_of(town, writer.code)
    assert "area" in opening.view(town.node, peer).decide(held)[1]
    names = ("id", "origin", "generation")
    said = {"kind": "extension", "table": "species", "code": "Avis nova", "row": {"en": "New bird", "sensitivity": "3"}}
    core = {name: value for name, value in honest.core().items() if name in names} | said
    post(lines(honest.batch(honest.entry(core))))
    again.look(town.node)
    held, _ = town.node.shelf.log_from(honest.log, 1)
    assert opening.view(town.node, peer).decide(held)[1] == {"core", "measurements"}
