"""A node that runs twice under one key, and the alarms that tell of such."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from exchange.talk.sync import sync
from tests.together.kit import Network, Town, banding, befriend, make_node, reach, write


class Cloned:
    """Khingansky twice, each with the same key and the same past, and two who exchange with either."""

    def __init__(self, folder: Path) -> None:
        self.one = make_node(folder, "AM-KHG")
        self.others = [make_node(folder, "HL-SHP"), make_node(folder, "HL-QFG")]
        befriend(self.one, *self.others)
        write(self.one, banding("XC 000001"), banding("XC 000002"))
        self.one.node.publisher.publish()
        self.rounds(1, [self.one])
        self.one.station.store.database.execute("pragma wal_checkpoint(truncate)")
        shutil.copytree(folder / "AM-KHG", folder / "clone" / "AM-KHG")
        self.two = make_node(folder / "clone", "AM-KHG")

    @property
    def towns(self) -> list[Town]:
        return [self.one, self.two, *self.others]

    def line(self, clone: Town, *others: Town) -> Network:
        """The line on which this one of the two is the one that answers."""
        return Network().add(clone, *others)

    def rounds(self, number: int, clones: Sequence[Town]) -> None:
        """Let everybody sync with everybody, over and over, now with one of the two and now with the other."""
        for _ in range(number):
            for clone in clones:
                network = self.line(clone, *self.others)
                for town in network.towns.values():
                    for peer in town.node.book.peers():
                        report = sync(town.node, peer.code, reach(town, network))
                        assert not report.trouble, (town, report)
                assert not network.faults


def alarms_of(town: Town) -> list[tuple[str, str, int]]:
    """The open alarms about logs that say two things."""
    return [(one.kind, one.about, one.times) for one in town.node.alarms.open() if one.kind == "equivocation"]
