"""A store that was set back while nothing but bundles goes: nothing is lost, and no number is given twice."""

from pathlib import Path

import pytest

from tests.together.carrying import brought, carried, packed
from tests.together.kit import (
    Town,
    banding,
    make_node,
    reopen,
    seals_of,
    snapshot,
    write,
)

pytestmark = pytest.mark.usefixtures("small")


def test_a_sender_that_was_restored_is_heard_as_before(pair: tuple[Town, Town]) -> None:
    amur, shuangpo = pair
    write(amur, banding("XC 000001"))
    carried(amur, shuangpo)
    carried(shuangpo, amur)
    (amur.station.settings.keys / "issued.json").unlink()
    again = reopen(amur)
    write(again, banding("XC 000002"))
    carried(again, shuangpo)
    carried(shuangpo, again)
    carried(again, shuangpo)
    assert seals_of(snapshot(shuangpo)) == seals_of(snapshot(again))
    assert packed(again, shuangpo).entries == 0
    again.close()


def test_a_node_that_lost_what_it_had_gets_it_again_once_its_bundle_says_less(
    pair: tuple[Town, Town], tmp_path: Path
) -> None:
    amur, shuangpo = pair
    write(amur, *(banding(f"XC {n:06}") for n in range(7)))
    first = packed(amur, shuangpo, size=900).files
    brought(shuangpo, first[0])
    shuangpo.close()
    home = shuangpo.station.settings.home
    backup = {path: path.read_bytes() for path in home.glob("node.sqlite*")}
    again = make_node(tmp_path, "HL-SHP")
    brought(again, first[1])
    carried(again, amur)
    assert packed(amur, again).entries == 0
    again.close()
    for path in home.glob("node.sqlite*"):
        path.unlink()
    for path, raw in backup.items():
        path.write_bytes(raw)
    restored = make_node(tmp_path, "HL-SHP")
    carried(restored, amur)
    carried(amur, restored)
    assert seals_of(snapshot(restored)) == seals_of(snapshot(amur))
    restored.close()


def test_a_node_set_back_whole_learns_it_from_a_bundle_and_gives_no_number_twice(
    pair: tuple[Town, Town], tmp_path: Path
) -> None:
    amur, shuangpo = pair
    home = amur.station.settings.home
    write(amur, banding("XC 000001"))
    carried(amur, shuangpo)
    carried(shuangpo, amur)
    amur.close()
    files = [*home.glob("node.sqlite*"), home / "keys" / "issued.json"]
    backup = {path: path.read_bytes() for path in files}
    again = make_node(tmp_path, "AM-KHG")
    write(again, banding("XC 000002"))
    carried(again, shuangpo)
    again.close()
    for path in home.glob("node.sqlite*"):
        path.unlink()
    for path, raw in backup.items():
        path.write_bytes(raw)
    restored = make_node(tmp_path, "AM-KHG")
    old = restored.node.publisher.log
    carried(shuangpo, restored)
    assert restored.node.publisher.log != old
    assert [alarm.kind for alarm in restored.node.alarms.open()] == ["set-back"]
    write(restored, banding("XC 000003"))
    carried(restored, shuangpo)
    carried(shuangpo, restored)
    assert seals_of(snapshot(restored)) == seals_of(snapshot(shuangpo))
    assert len(snapshot(restored)) == 3
    restored.close()
