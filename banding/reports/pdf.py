"""The returns of a question as a PDF report: what it says of itself, a map, plots, and a table with repeated heads."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from babel.dates import get_month_names
from babel.numbers import format_decimal

from banding.domain.journeys import compass
from banding.domain.places import Point
from banding.formats import registry
from banding.formats.canonical import Row
from banding.formats.source import Format, Source
from banding.reports import svg
from banding.reports.downloads import Download
from banding.reports.drawing import BANDING, Spot, svg_map
from banding.reports.joining import Join
from banding.reports.plots import PLOTS, Words, figure
from banding.reports.returns import ROUNDED
from banding.reports.typst_ import drawn, last_page, pdf
from banding.reports.wording import N_, Wording

MOST, PIECE, MOST_ON_MAP = 20_000, 2_000, 400
"""Rows of the table, those of them that are set together in memory (a quarter of a GB), and journeys of the map."""
TEMPLATE = "report.typ"
MAP = (960, 460)
LOCALES = {"en": "en_GB", "zh": "zh_CN", "ru": "ru_RU"}
LEGEND = (N_("Circle: where the ring was put on."), N_("Diamond: where the bird was met again."))
HEADS = (
    N_("Ring"), N_("Species"), N_("Banded"), N_("Met again"), N_("How"), N_("Kilometres"), N_("Direction"), N_("Days"),
)  # fmt: skip


def write(source: Source) -> Iterator[bytes]:
    """The report, set piece by piece; its seal is the SHA-256 of the file, and that of its rows stands in it."""
    # What it draws is asked of the node itself.
    assert isinstance(source, Download)
    report, join, seal = _Report(source), Join(), hashlib.sha256()

    def passed(pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            seal.update(piece)
            yield piece

    with tempfile.TemporaryDirectory() as folder:
        for data in _parts(report, Path(folder)):
            yield from passed(join.add(pdf(TEMPLATE, data, source.asking.made)))
            source.tell(report.seen + int(data["until"]))
    yield from passed(join.end())
    source.seals.pop("rows", None)
    source.seals["file"] = seal.hexdigest()


def _parts(report: "_Report", folder: Path) -> Iterator[dict[str, Any]]:
    """The data of each part. Where there are several, all are set once before, to know how many pages there will be."""
    spool, pages, made = list[Path](), 0, report.source.asking.made
    for rows, is_last in _pieces(islice(report.source.rows(), MOST)):
        data = report.data(rows, pages, is_last=is_last)
        if is_last and not spool:
            yield data | {"all": 0}
            return
        # On the disk meanwhile: a part is a few thousand rows, and the report may have ten.
        spool.append(folder / f"{len(spool)}.json")
        spool[-1].write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        pages = last_page(TEMPLATE, data | {"all": 0}, made)
    for path in spool:
        yield json.loads(path.read_text(encoding="utf-8")) | {"all": pages}


def _pieces(rows: Iterator[Row]) -> Iterator[tuple[list[Row], bool]]:
    """The rows some at a time, each time with whether they are the last; one empty piece where there are none."""
    piece = list(islice(rows, PIECE))
    for ahead in rows:
        yield piece, False
        piece = [ahead, *islice(rows, PIECE - 1)]
    yield piece, True


class _Report:
    """Everything that the template lays out."""

    def __init__(self, source: Download) -> None:
        self.source, self.total = source, source.station.store.returns.count(source.query)
        self.seen = 0
        self.language, self.say = source.asking.language, source.asking.say
        self.wording = Wording(source.station, self.language, self.say)

    def data(self, rows: Sequence[Row], pages: int, *, is_last: bool) -> dict[str, Any]:
        """Some rows after so many pages; the first come with the pictures, the last with what is said of all."""
        about = self.source.about()
        self.seen += len(rows)
        first = self._first(rows) if not pages else {"map": "", "plots": [], "query": [], "count": "", "short": ""}
        return first | {
            "language": self.language, "file": f"file {self.source.id}", "title": about["title"],
            "made": about["made"][:16].replace("T", " "), "until": self.seen,
            "about": self.source.lines(about)[1:] if is_last else [], "page": self.say(N_("Page")), "pages": pages,
            "is_last": is_last, "heads": [self.say(head) for head in HEADS], "legend": self._legend(),
            "rows": [self._cells(row) for row in rows],
            "none": self.say(N_("No return fits")), "about_title": self.say(N_("About this file")),
        }  # fmt: skip

    def _first(self, rows: Sequence[Row]) -> dict[str, Any]:
        count, most = self._number(self.total), self._number(MOST)
        short = N_("%(count)s returns fit. The table holds the latest %(most)s; the other kinds of file hold all.")
        return {
            "query": self.source.about()["query"]["words"], "count": self.say(N_("Returns: %(count)s"), count=count),
            "short": self.say(short, count=count, most=most) if self.total > MOST else "",
            "map": self._map(rows), "plots": self._plots() if rows else [],
        }  # fmt: skip

    def _cells(self, row: Row) -> list[str]:
        say, rounded = self.say, ROUNDED in (row["banding_precision"], row["precision"])
        km, wind = row["distance_km"], row["direction_deg"]
        return [
            f"{row['scheme']} {row['ring']}", self.wording.cell("species", row["species"]),
            self._where(row, "banding_"), self._where(row, "recovery_"),
            " · ".join(self.wording.word(one, row[one]) for one in ("manner", "condition") if row[one]),
            "" if km is None else ("≈ " if rounded else "") + self._number(km),
            "" if wind is None else say(compass(wind)),
            ("" if row["days_exact"] else "≈ ") + self._number(row["days"]),
        ]  # fmt: skip

    def _where(self, row: Row, side: str) -> str:
        code = row[f"{side}place_code"]
        region = self.wording.word("place", code) if code else ""
        return "\n".join(part for part in (row[f"{side}day"], row[f"{side}place"] or "", region) if part)

    def _map(self, rows: Sequence[Row]) -> str:
        drawn_rows = [row for row in rows[:MOST_ON_MAP] if row["latitude"] is not None]
        ends = [(_point(row, "banding_"), _point(row, "")) for row in drawn_rows]
        spots = [Spot(*a, kind=BANDING) for a, _ in ends if a] + [Spot(*b) for _, b in ends if b]
        # A place is drawn once, however many birds were met at it.
        legs = [(a, b) for a, b in dict.fromkeys(ends) if a and b]
        return drawn(svg_map(dict.fromkeys(spots), legs, size=MAP, language=self.language)) if spots else ""

    def _legend(self) -> str:
        text = " ".join(self.say(one) for one in LEGEND)
        more = self.say(N_("The map shows the latest %(count)s."), count=self._number(MOST_ON_MAP))
        return f"{text} {more}" if self.total > MOST_ON_MAP else text

    def _plots(self) -> list[dict[str, str]]:
        names = get_month_names("abbreviated", "stand-alone", LOCALES[self.language])
        words = Words(self.wording, self._number, [name for _, name in sorted(names.items())])
        returns, query = self.source.station.store.returns, self.source.query
        figures = [figure(name, returns, query, words) for name in PLOTS]
        return [{"title": one.title, "svg": drawn(svg.drawn(one, self._number))} for one in figures if one.counted]

    def _number(self, number: float) -> str:
        return str(format_decimal(number, locale=LOCALES[self.language]))


def _point(row: Row, side: str) -> Point | None:
    latitude, longitude = row[f"{side}latitude"], row[f"{side}longitude"]
    return None if latitude is None else Point(latitude, longitude)


FORMAT = Format("pdf", "PDF", N_("a report to print: map, plots and table"), ".pdf", "application/pdf", write, None)
registry.add(FORMAT)
