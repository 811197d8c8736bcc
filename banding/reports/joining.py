"""The pages of several PDF files as one, written as they come: no more than one of them is in memory."""

import io
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NumberObject, PdfObject

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOGUE, PAGES, ABOUT = 1, 2, 3
# They name places in a tree of tags that each file has of its own and that does not come along.
TAGS = {"/StructParent", "/StructParents"}
KEPT = ("/Lang", "/ViewerPreferences")
Number = Callable[[IndirectObject], int]


class Join:
    """One file of many; a single one stays byte for byte what it is."""

    def __init__(self) -> None:
        self.pages = 0
        self._first = b""
        self._kids: list[int] = []
        self._places: dict[int, int] = {}
        self._at, self._last = 0, ABOUT
        self._catalogue = DictionaryObject()

    def add(self, body: bytes) -> Iterator[bytes]:
        """The next file; gives what can be written by now."""
        reader = PdfReader(io.BytesIO(body))
        self.pages += len(reader.pages)
        if not self._first:
            self._first = body
            return
        if not self._kids:
            yield self._said(HEAD)
            yield from self._opened(PdfReader(io.BytesIO(self._first)))
        yield from self._moved(reader)

    def end(self) -> Iterator[bytes]:
        """What is left to be written; nothing where no file was added."""
        if not self._kids:
            yield self._first
            return
        kids = ArrayObject(IndirectObject(number, 0, None) for number in self._kids)
        yield self._object(PAGES, _dictionary(Type=NameObject("/Pages"), Kids=kids, Count=NumberObject(len(kids))))
        self._catalogue.update(_dictionary(Type=NameObject("/Catalog"), Pages=IndirectObject(PAGES, 0, None)))
        yield self._object(CATALOGUE, self._catalogue)
        begins, size = self._at, self._last + 1
        lines = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % self._places[one] for one in range(1, size))]
        yield self._said(b"xref\n0 %d\n" % size + b"".join(lines))
        trailer = _dictionary(
            Size=NumberObject(size), Root=IndirectObject(CATALOGUE, 0, None), Info=IndirectObject(ABOUT, 0, None)
        )
        yield self._said(b"trailer\n" + _written(trailer) + b"\nstartxref\n%d\n%%%%EOF\n" % begins)

    def _opened(self, reader: PdfReader) -> Iterator[bytes]:
        """The first file: the whole is called what it is called."""
        yield self._object(ABOUT, reader.trailer["/Info"].get_object())
        root = reader.root_object
        self._catalogue.update({NameObject(name): root[name] for name in KEPT if name in root})
        yield from self._moved(reader)

    def _moved(self, reader: PdfReader) -> Iterator[bytes]:
        """The pages of a file and all that they name, under numbers of the whole."""
        numbers: dict[int, int] = {}
        waiting: deque[tuple[int, Any]] = deque()

        def number(ref: IndirectObject) -> int:
            if ref.idnum not in numbers:
                numbers[ref.idnum] = self._last = self._last + 1
                waiting.append((self._last, ref.get_object()))
            return numbers[ref.idnum]

        for page in reader.pages:
            assert page.indirect_reference is not None
            self._kids.append(number(page.indirect_reference))
        while waiting:
            new, found = waiting.popleft()
            yield self._object(new, _renumbered(found, number))

    def _object(self, number: int, found: Any) -> bytes:
        self._places[number] = self._at
        return self._said(b"%d 0 obj\n" % number + _written(found) + b"\nendobj\n")

    def _said(self, text: bytes) -> bytes:
        self._at += len(text)
        return text


def _renumbered(found: Any, number: Number) -> Any:
    """The same with every reference under its new number; what it was read from is changed."""
    if isinstance(found, IndirectObject):
        return IndirectObject(number(found), 0, None)
    if isinstance(found, ArrayObject):
        return ArrayObject(_renumbered(one, number) for one in list.__iter__(found))
    if isinstance(found, DictionaryObject):
        is_page = found.get("/Type") == "/Page"
        for name in list(found):
            if name in TAGS:
                del found[name]
            elif is_page and name == "/Parent":
                found[NameObject(name)] = IndirectObject(PAGES, 0, None)
            else:
                found[NameObject(name)] = _renumbered(found.raw_get(name), number)
    return found


def _dictionary(**values: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})


def _written(found: PdfObject) -> bytes:
    text = io.BytesIO()
    found.write_to_stream(text)
    return text.getvalue()
