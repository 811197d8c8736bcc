"""A download: the rows of one question on their way into a file, counted, sealed and written down when it is whole."""

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from banding.domain.encounters import Encounter, story_order
from banding.formats.canonical import Row, Seal, row
from banding.formats.marks import Marks
from banding.formats.source import OFTEN, Format, Groups, Say, Watch, english, nobody_watches
from banding.reports.about import Agreed, Asking, Counts, Terms, licence, lines, told
from banding.reports.returns import COLUMNS, ROUNDED, WITHHELD
from banding.reports.wording import Wording
from banding.station import Station
from banding.store.downloads import Downloaded
from banding.store.shapes import ReturnQuery

LETTERS = 12
CLOSED = {"people", "remarks"}
BIRD = ("banding", "scheme", "ring_key")


def nobody_asked(origins: Iterable[str]) -> list[Terms]:
    """Where no exchange is at hand, nothing is known of agreements."""
    _ = origins
    return []


class Download:
    """The rows of one question for one file; see formats.source.Source for what a writer asks of it."""

    def __init__(
        self, station: Station, query: ReturnQuery, wanted: Format, *, typed: Mapping[str, str] | None = None,
        by: str = "", address: str = "", verify: str = "", language: str = "en", say: Say = english,
        agreed: Agreed = nobody_asked,
        watch: Watch = nobody_watches,
    ) -> None:  # fmt: skip
        self.columns: Sequence[str] = COLUMNS
        self.seals, self.counts, self.marks = dict[str, str](), Counts(), Marks()
        self._terms: tuple[frozenset[str], list[Terms]] | None = None
        self.station, self.query = station, query
        self._format, self._by, self._agreed = wanted, by, agreed
        self._watch = watch
        self._wording = Wording(station, language, say)
        self.asking = Asking(
            uuid.uuid4().hex[:LETTERS], wanted.name, station.settings.node, _now(station), dict(typed or {}),
            address, verify, station.settings.licence, language, say,
        )  # fmt: skip

    @property
    def licence(self) -> str:
        """What may be done with the file."""
        return licence(self.asking)

    @property
    def id(self) -> str:
        """The name under which the node knows the file again."""
        return self.asking.id

    @property
    def name(self) -> str:
        """The file's name."""
        node, day = self.asking.node.code, self.asking.made.date().isoformat()
        return f"returns-{node}-{day}-{self.id}{self._format.ending}"

    def pieces(self) -> Iterator[bytes]:
        """The file, piece by piece; when the last one has been taken, it is written down."""
        whole = hashlib.sha256()
        for piece in self._format.write(self):
            whole.update(piece)
            yield piece
        self.station.store.downloads.keep(
            Downloaded(
                self.id, self._format.name, self.seals, self.about(), self.counts.rows,
                self.asking.made.isoformat(timespec="seconds"), self._by, whole.hexdigest(),
            ),
            self.marks.least,
        )  # fmt: skip

    def rows(self, order: str = "latest") -> Iterator[Row]:
        """Every return, counted and sealed in the order in which it passes."""
        self.counts, self.marks, seal = Counts(), Marks(), Seal(COLUMNS)
        for values in self.station.store.returns.rows(self.query, COLUMNS, order=order):
            one = row(dict(zip(COLUMNS, values, strict=True)), COLUMNS)
            self.counts.take(one)
            self.marks.add(one["recovery_id"])
            seal.add(one.values())
            yield one
            if self.counts.rows % OFTEN == 0:
                self._watch(self.counts.rows)
        self.seals["rows"] = seal.hex

    def csv(self) -> Iterator[str]:
        """CSV for machines, as fast as the store writes it."""
        counts = self.counts = Counts()
        self.marks, lines_sent = Marks(), 0
        for text in self.station.store.returns.csv(self.query):
            # No cell but these is that text between two commas, but for a place that somebody has named so.
            counts.rounded += text.count(f",{ROUNDED},")
            counts.withheld += text.count(f",{WITHHELD},")
            self.marks.take(text)
            yield text
            lines_sent += text.count("\n")
            self._watch(lines_sent)
        # Without another look at every row: what an index holds.
        for banding, recovery, rows in self.station.store.returns.tally(self.query, "banding_origin", "origin"):
            counts.rows += rows
            counts.origins |= {banding, recovery}

    def histories(self) -> Iterator[list[Groups]]:
        """Bird by bird every encounter that is held here, in order."""
        self.counts, store = Counts(), self.station.store
        found = store.returns.rows(self.query, (*BIRD, *COLUMNS), order="bird")
        for _, rows in groupby(found, key=lambda values: values[0]):
            for values in rows:
                self.counts.take(dict(zip(COLUMNS, values[len(BIRD) :], strict=True)))
            self._watch(self.counts.rows)
            kept = [one.groups for one in store.records.bird(values[1], values[2]) if not one.withdrawn]
            yield sorted(map(_opened, kept), key=lambda groups: story_order(Encounter.of(groups)))

    def about(self) -> dict[str, Any]:
        """What is said of the file, once the rows have passed."""
        return told(self.asking, self.counts, self._under(), self.seals)

    def _under(self) -> list[Terms]:
        """Asked once: what is kept of a file must be what stands in it, though an agreement ends meanwhile."""
        origins = frozenset(self.counts.origins)
        if self._terms is None or self._terms[0] != origins:
            self._terms = origins, self._agreed(origins)
        return self._terms[1]

    def lines(self, about: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The same for people: a heading and a text each."""
        return [("", str(about["title"])), *lines(about, self.asking.say)]

    def label(self, column: str) -> str:
        """A column in words."""
        return self._wording.label(column)

    def words(self, column: str, value: Any) -> Any:
        """A value in words."""
        return self._wording.cell(column, value)

    def tell(self, rows: int) -> None:
        """Tell whoever watches how far it is, where that is not told by the rows that pass."""
        self._watch(rows)

    def say(self, text: str, **values: Any) -> str:
        """A sentence in the reader's language."""
        return self.asking.say(text, **values)


def _opened(groups: Groups) -> Groups:
    """What a return opens of an encounter: nobody's name, no remarks, and no name of a place that is rounded."""
    told = {name: group for name, group in groups.items() if name not in CLOSED}
    if "place" in told and Encounter.of(groups).coarse:
        told["place"] = {name: value for name, value in told["place"].items() if name != "name"}
    return told


def _now(station: Station) -> datetime.datetime:
    return station.intake.clock().astimezone(ZoneInfo(station.settings.node.zone))
