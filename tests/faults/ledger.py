"""The harness's own book: what was written at which node, what was acknowledged, and what died with a disk."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

OPEN, ASKED, ACKNOWLEDGED = "open", "asked", "acknowledged"
"""Of a writing: not yet asked for, asked for and not answered, answered with a 2xx."""
DOUBTFUL, DEAD, REFUSED = "doubtful", "dead", "refused"
"""Given up unanswered at a restore, lost by one after it had been answered, not taken by the node."""
Marks = set[tuple[str, bool]]
"""What a disk holds: mark and whether it is the withdrawal, of every version."""


@dataclass
class Writing:
    """One thing that a person did at a node: `mark` stands in the record and nowhere else.

    A withdrawal keeps the mark of the version that it ends.
    """

    mark: str
    generation: int
    state: str = OPEN
    withdrawal: bool = False


@dataclass
class Record:
    """A record of a node: its submission key, which every retry repeats, and all that was done with it."""

    host: str
    key: str
    ring: str
    species: str
    hidden: tuple[str, ...]
    uuid: str = ""
    writings: list[Writing] = field(default_factory=list)
    is_closed: bool = False
    was_set_back: bool = False

    @property
    def acknowledged(self) -> list[Writing]:
        """What must be everywhere at the end."""
        return [one for one in self.writings if one.state == ACKNOWLEDGED]


@dataclass
class Death:
    """What a restore took: acknowledged writings of which no other disk and not the backup had a copy."""

    host: str
    issued: str
    marks: list[str]


class Ledger:
    """All records of a round; the writers add to it while the round reads it."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.deaths: list[Death] = []
        self.lock = threading.RLock()

    def add(self, record: Record) -> Record:
        """A record that is about to be written."""
        with self.lock:
            self.records.append(record)
        return record

    def of(self, host: str) -> list[Record]:
        """The records of a node."""
        with self.lock:
            return [record for record in self.records if record.host == host]

    def writings(self, *states: str) -> Iterator[tuple[Record, Writing]]:
        """Everything written that is in one of the states."""
        with self.lock:
            found = [(record, one) for record in self.records for one in record.writings if one.state in states]
        return iter(found)

    def count(self, *states: str) -> int:
        """How many writings are in one of the states."""
        return sum(1 for _ in self.writings(*states))

    def lost(self, host: str, issued: str, answered: list[Writing], elsewhere: Marks, here: Marks) -> Death:
        """The disk of a node was put back: `here` is what its backup holds, `elsewhere` what the other disks hold.

        Of what had been answered before the disks were read, that has died which is on none. What was only asked for
        is in doubt for ever: the person would now write it anew from the field book.
        """
        death = Death(host, issued, [])
        with self.lock:
            for one in answered:
                if (one.mark, one.withdrawal) not in elsewhere | here:
                    one.state = DEAD
                    death.marks.append(one.mark)
            for record in self.records:
                held = record.host != host or {(one.mark, one.withdrawal) for one in record.writings} <= here
                if not held or any(one.state == DEAD for one in record.writings):
                    record.is_closed = record.was_set_back = True
                for one in record.writings if record.host == host else ():
                    if one.state in (OPEN, ASKED):
                        one.state = DOUBTFUL
                        record.is_closed = record.was_set_back = True
            self.deaths.append(death)
        return death
