"""The rows of an Excel sheet that is laid out as it was written here: many times as fast as any sheet is read."""

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from openpyxl.utils import get_column_letter

PIECE, LONGEST, MOST_COLUMNS = 1 << 18, 1 << 20, 200
_ROW = re.compile(r'<row r="([0-9]+)">(.*)</row>', re.DOTALL)
_CELL = re.compile(
    r'<c r="([A-Z]+[0-9]+)"(?:(?: s="[0-9]+")? t="inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is>'
    r'| t="b"><v>([01])</v>|><v>(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)</v>)</c>'
)
_FIRST, _LAST = "<sheetData>", "</sheetData>"
_END = re.compile(r"</sheetData>(?:<pageMargins [^<>]*/>)?</worksheet>\s*")
_PLACES = {get_column_letter(number + 1): number for number in range(MOST_COLUMNS)}
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))


class _NotOurs(Exception):
    """The sheet is not laid out as it was written here."""


def rows(book: Any, sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The values of every row of an open sheet; from where the layout is another, as the library reads them."""
    count = 0
    try:
        archive: zipfile.ZipFile = book._archive
        with archive.open(sheet._worksheet_path) as member:
            for values in _own(member):
                yield values
                count += 1
        return
    except (_NotOurs, AttributeError, KeyError):
        pass
    # Else rows and columns beyond those that the sheet says it has would not be seen.
    sheet.reset_dimensions()
    yield from islice(sheet.iter_rows(values_only=True), count, None)


def _own(member: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    width = 0
    for number, text in enumerate(_texts(member), 1):
        found = _ROW.fullmatch(text)
        if found is None or found[1] != str(number):
            raise _NotOurs
        values = _values(found[2], found[1], width)
        width = len(values)
        yield tuple(values)


def _texts(member: IO[bytes]) -> Iterator[str]:
    """Each row as it stands, without what is around them. Raises _NotOurs."""
    head, text = "", b""
    while piece := member.read(PIECE):
        *whole, text = (text + piece).split(b"</row>")
        for one in whole:
            row = _text(one)
            if not head:
                head, _mark, row = row.partition(_FIRST)
                if "<!" in head or not row:
                    raise _NotOurs
            yield f"{row}</row>"
        if len(text) > LONGEST:
            raise _NotOurs
    if not head or not _END.fullmatch(_text(text)):
        raise _NotOurs


def _text(raw: bytes) -> str:
    try:
        found = raw.decode()
    except UnicodeDecodeError as error:
        raise _NotOurs from error
    # Signs that are written in a way of the format's own, and line ends that a reader of XML makes alike.
    if "_x" in found or "\r" in found:
        raise _NotOurs
    return found


def _values(text: str, number: str, width: int) -> list[Any]:
    values: list[Any] = [None] * width
    at = 0
    for found in _CELL.finditer(text):
        if found.start() != at:
            raise _NotOurs
        at = found.end()
        place, said, flag, figures = found.groups()
        column = _PLACES.get(place[: -len(number)]) if place.endswith(number) else None
        if column is None:
            raise _NotOurs
        if column >= len(values):
            values += [None] * (column + 1 - len(values))
        if values[column] is not None:
            raise _NotOurs
        values[column] = _plain(said) if said is not None else flag == "1" if flag else _number(figures)
    if at != len(text):
        raise _NotOurs
    return values


def _plain(text: str) -> str:
    if "&" not in text:
        return text
    if re.search(r"&(?!lt;|gt;|quot;|amp;)", text):
        raise _NotOurs
    for sign, plain in _ENTITIES:
        text = text.replace(sign, plain)
    return text


def _number(figures: str) -> float | int:
    try:
        return float(figures) if not figures.lstrip("-").isdigit() else int(figures)
    except ValueError as error:
        raise _NotOurs from error
