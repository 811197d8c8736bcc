"""Returns as KML for globes: journeys in folders by species, every column with them, and the same read back."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from banding.formats.canonical import Row, cell, whole
from banding.formats.geometry import beside, positions
from banding.formats.source import N_, Found, Source, read_by_rows

NAMESPACE = "http://www.opengis.net/kml/2.2"
TAG = f"{{{NAMESPACE}}}"
COARSE = "0.1 degree"
ABOUT = "about"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="{NAMESPACE}"><Document>
<Style id="exact"><LineStyle><color>ff2b5fd9</color><width>2</width></LineStyle></Style>
<Style id="coarse"><LineStyle><color>802b5fd9</color><width>4</width></LineStyle></Style>
"""


def write(source: Source) -> Iterator[bytes]:
    """The document: a folder a species, a placemark a return; what is coarse is said and drawn paler."""
    yield HEAD.encode()
    for species, rows in groupby(source.rows("species"), key=lambda one: one["species"]):
        yield f"<Folder><name>{_text(source.words('species', species))}</name>\n".encode()
        for one in rows:
            yield _placemark(one, source).encode()
        yield b"</Folder>\n"
    about = source.about()
    told = "".join(f"{head}: {said}\n" for head, said in source.lines(about))
    yield f"<name>{_text(about['title'])}</name><description>{_text(told)}</description>".encode()
    yield f"<ExtendedData>{_data(ABOUT, json.dumps(about, ensure_ascii=False))}</ExtendedData>\n".encode()
    yield b"</Document></kml>\n"


def _placemark(one: Row, source: Source) -> str:
    coarse = COARSE in (one["banding_precision"], one["precision"])
    days = f"<TimeSpan><begin>{one['banding_day']}</begin><end>{one['recovery_day']}</end></TimeSpan>"
    remark = source.say(N_("A point is known to 0.1 degree only.")) if coarse else ""
    told = "".join(_data(name, cell(value) if not isinstance(value, str) else value) for name, value in one.items())
    return (
        f"<Placemark><name>{_text(one['scheme'])} {_text(one['ring'])}</name><description>{_text(remark)}</description>"
        f"{days}<styleUrl>#{'coarse' if coarse else 'exact'}</styleUrl><ExtendedData>{told}</ExtendedData>"
        f"{_drawn(one)}</Placemark>\n"
    )


def _drawn(one: Row) -> str:
    known = positions(one)
    kind = "LineString" if len(known) == 2 else "Point"
    text = " ".join(f"{east!r},{north!r}" for east, north in known)
    return f"<{kind}><coordinates>{text}</coordinates></{kind}>" if known else ""


def _data(name: str, value: str) -> str:
    return f"<Data name={quoteattr(name)}><value>{_text(value)}</value></Data>"


def _text(value: Any) -> str:
    """A text within XML; marks that no XML may hold are spaces, and a carriage return is written as a number."""
    plain = "".join(mark if mark in "\t\n\r" or mark >= " " else " " for mark in str(value))
    return escape(plain, {"\r": "&#13;", "\ufffe": " ", "\uffff": " "})


# -- read back --------------------------------------------------------------------------------------------


def read(path: Path) -> Found:
    """What the file says, and the seal of its rows; a drawing that was moved counts as a change."""
    return read_by_rows(path, _about(path), rows)


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows as data and drawings together say them."""
    for mark in _elements(path, "Placemark"):
        ends = [
            [float(part) for part in one.split(",")[:2]]
            for drawn in mark.iter(f"{TAG}coordinates")
            for one in (drawn.text or "").split()
        ]
        yield beside(whole(_told(mark), columns), ends)


def _told(element: Any) -> dict[str, str]:
    return {
        one.get("name", ""): one.findtext(f"{TAG}value") or ""
        for one in element.iterfind(f"{TAG}ExtendedData/{TAG}Data")
    }


def _about(path: Path) -> dict[str, Any]:
    for data in _elements(path, "Data"):
        if data.get("name") == ABOUT:
            return dict(json.loads(data.findtext(f"{TAG}value") or "{}"))
    return {}


def _elements(path: Path, name: str) -> Iterator[Any]:
    """Elements of a name, one after the other; what was read is let go."""
    with path.open("rb") as file:
        depth: list[Any] = []
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if event == "start":
                depth.append(element)
                continue
            depth.pop()
            if element.tag == TAG + name:
                yield element
            if element.tag in (f"{TAG}Placemark", f"{TAG}Folder") and depth:
                depth[-1].remove(element)


def fits(path: Path) -> bool:
    """Whether a file begins as KML does."""
    with path.open("rb") as file:
        return NAMESPACE.encode() in file.read(1000)
