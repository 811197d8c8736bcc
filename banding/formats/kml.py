"""Returns as KML for globes: journeys in folders by species, every column with them, and the same read back."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from banding.formats.canonical import Row, cell, whole
from banding.formats.geometry import beside, positions
from banding.formats.source import N_, Found, Source, Watch, nobody_watches, read_by_rows

NAMESPACE = "http://www.opengis.net/kml/2.2"
TAG = f"{{{NAMESPACE}}}"
COARSE = "0.1 degree"
ABOUT = "about"
LONGEST, MOST_HELD = 1 << 20, 100_000
"""Signs of a placemark, and elements that are held in memory at a time."""
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
    told = "".join(f"{head}: {said}".strip(": ") + "\n" for head, said in source.lines(about))
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

_DATA = r'<Data name="(\w+)"><value>([^<]*)</value></Data>'
_CELL, _FOLDER = re.compile(_DATA), re.compile(r"<Folder><name>[^<]*</name>\n|</Folder>\n")
_MARK = re.compile(
    r"<Placemark><name>[^<]*</name><description>[^<]*</description><TimeSpan><begin>[^<]*</begin><end>[^<]*</end>"
    rf"</TimeSpan><styleUrl>#\w+</styleUrl><ExtendedData>((?:{_DATA})*)</ExtendedData>"
    r"(?:<(LineString|Point)><coordinates>([^<]*)</coordinates></\4>)?</Placemark>\n"
)
_END = re.compile(
    r"<name>[^<]*</name><description>[^<]*</description>"
    rf'<ExtendedData><Data name="{ABOUT}"><value>([^<]*)</value></Data></ExtendedData>\n</Document></kml>\n\Z'
)
_ENTITY = re.compile(r"&([^;]*;?)")
_SIGNS = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "#13;": "\r"}


class _NotOurs(Exception):
    """The file is not laid out as it was written here."""


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the file says, and the seal of its rows; a drawing that was moved counts as a change."""
    try:
        return read_by_rows(path, _own_about(path), own_rows, watch)
    except _NotOurs:
        return read_by_rows(path, _about(path), rows, watch)


def own_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a file in our layout, several times as fast as any XML is read. Raises _NotOurs."""
    with path.open(encoding="utf-8", newline="") as lines:
        _expect(lines.read(len(HEAD)) == HEAD)
        while (text := lines.readline(LONGEST)) and not text.startswith("<name>"):
            if _FOLDER.fullmatch(text):
                continue
            # A text may have lines of its own.
            while not text.endswith("</Placemark>\n") and len(text) < LONGEST and (more := lines.readline(LONGEST)):
                text += more
            found = _MARK.fullmatch(text)
            _expect(found is not None)
            assert found is not None
            told = _by_name(_CELL.findall(found[1]))
            if "&" in found[1]:
                told = {name: _plain(value) for name, value in told.items()}
            yield beside(whole(told, columns), _ends(found[5] or ""))
        _expect(_END.fullmatch(text + lines.read(LONGEST)) is not None)


def _own_about(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - LONGEST))
        found = _END.search(file.read().decode("utf-8", "replace"))
    _expect(found is not None)
    assert found is not None
    return dict(json.loads(_plain(found[1])))


def _plain(text: str) -> str:
    return _ENTITY.sub(_sign, text) if "&" in text else text


def _sign(found: re.Match[str]) -> str:
    _expect(found[1] in _SIGNS)
    return _SIGNS[found[1]]


def _expect(is_so: bool) -> None:
    if not is_so:
        raise _NotOurs


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of any KML as data and drawings together say them."""
    for mark in _elements(path, "Placemark"):
        ends = [end for drawn in mark.iter(f"{TAG}coordinates") for end in _ends(drawn.text or "")]
        yield beside(whole(_told(mark), columns), ends)


def _ends(text: str) -> list[list[float]]:
    return [[float(part) for part in one.split(",")[:2]] for one in text.split()]


def _told(element: Any) -> dict[str, str]:
    cells = element.iterfind(f"{TAG}ExtendedData/{TAG}Data")
    return _by_name((one.get("name", ""), one.findtext(f"{TAG}value") or "") for one in cells)


def _by_name(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values by their names; one that is told twice is a column more, whichever of the two is shown."""
    every = list(cells)
    told = dict(every)
    if len(told) < len(every):
        told["again"] = str(every)
    return told


def _about(path: Path) -> dict[str, Any]:
    for data in _elements(path, "Data"):
        if data.get("name") == ABOUT:
            return dict(json.loads(data.findtext(f"{TAG}value") or "{}"))
    return {}


def _elements(path: Path, name: str) -> Iterator[Any]:
    """Elements of a name, one after the other; what was read is let go."""
    with path.open("rb") as file:
        depth: list[Any] = []
        held = 0
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if event == "start":
                held += 1
                if held > MOST_HELD:
                    raise ValueError("more elements than a file of ours has beside its rows")
                depth.append(element)
                continue
            depth.pop()
            if element.tag == TAG + name:
                yield element
            if element.tag in (f"{TAG}Placemark", f"{TAG}Folder") and depth:
                depth[-1].remove(element)
                held = len(depth)


def fits(path: Path) -> bool:
    """Whether a file begins as KML does."""
    with path.open("rb") as file:
        return NAMESPACE.encode() in file.read(1000)
