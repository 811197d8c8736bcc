"""The pages of several PDF files as one, written as they come: no more than one of them is in memory.

What each says of itself to a screen reader comes along: the whole has one tree of tags.
"""

import io
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from banding.reports.tagging import Tags, dictionary, renumbered, retold, tag

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOGUE, PAGES, ABOUT, TREE, WHOLE = 1, 2, 3, 4, 5
KEPT = ("/Lang", "/ViewerPreferences")
WIDTHS = (1, 4, 2)
"""Bytes of an entry of the table of objects: its kind, where it is, and the how many-th it is in there."""
TOGETHER = 200
"""Objects that are packed together."""
_ENTRY = struct.Struct(">BIH")


class Join:
    """One file of many; a single one stays byte for byte what it is."""

    def __init__(self) -> None:
        self.pages = 0
        self._first = b""
        self._catalogue = DictionaryObject()
        self._kids: list[int] = []
        self._tags = Tags(TREE, WHOLE)
        self._at, self._last = 0, WHOLE
        self._places, self._packed = bytearray(), list[tuple[int, bytes]]()

    def add(self, body: bytes) -> Iterator[bytes]:
        """The next file; gives what can be written by now."""
        reader = PdfReader(io.BytesIO(body))
        self.pages += len(reader.pages)
        if not self._first:
            self._first = body
            return
        if not self._kids:
            yield self._said(HEAD)
            yield from self._opened(self._first)
        yield from self._moved(reader, body)

    def end(self) -> Iterator[bytes]:
        """What is left to be written; nothing where no file was added."""
        if not self._kids:
            yield self._first
            return
        kids = ArrayObject(IndirectObject(number, 0, None) for number in self._kids)
        yield from self._object(PAGES, dictionary(Type=NameObject("/Pages"), Kids=kids, Count=NumberObject(len(kids))))
        self._catalogue.update(dictionary(Type=NameObject("/Catalog"), Pages=IndirectObject(PAGES, 0, None)))
        if trees := self._tags.trees():
            marked, tree = dictionary(Marked=BooleanObject(True)), IndirectObject(TREE, 0, None)
            self._catalogue.update(dictionary(MarkInfo=marked, StructTreeRoot=tree))
            for number, found in trees.items():
                yield from self._object(number, found)
        yield from self._object(CATALOGUE, self._catalogue)
        yield from self._pack()
        begins, size = self._at, self._last + 2
        self._place(size - 1, 1, begins, 0)
        told = dictionary(
            Type=NameObject("/XRef"), Size=NumberObject(size), W=ArrayObject(map(NumberObject, WIDTHS)),
            Root=IndirectObject(CATALOGUE, 0, None), Info=IndirectObject(ABOUT, 0, None),
        )  # fmt: skip
        yield self._said(b"%d 0 obj\n" % (size - 1) + _stream(told, bytes(self._places)) + b"\nendobj\n")
        yield self._said(b"startxref\n%d\n%%%%EOF\n" % begins)

    def _opened(self, body: bytes) -> Iterator[bytes]:
        """The first file: the whole is called what it is called, in the open for whoever looks at bytes only."""
        reader = PdfReader(io.BytesIO(body))
        yield from self._object(ABOUT, reader.trailer["/Info"].get_object(), alone=True)
        root = reader.root_object
        self._catalogue.update({NameObject(name): root[name] for name in KEPT if name in root})
        yield from self._moved(reader, body)

    def _moved(self, reader: PdfReader, body: bytes) -> Iterator[bytes]:
        """The pages of a file and all that they name, under numbers of the whole."""
        numbers: dict[int, int] = {}
        waiting: deque[int] = deque()

        def number(old: int) -> int:
            if old not in numbers:
                numbers[old] = self._last = self._last + 1
                waiting.append(old)
            return numbers[old]

        part = self._tags.part(reader, numbers, number, PAGES)
        for page in reader.pages:
            assert page.indirect_reference is not None
            self._kids.append(number(page.indirect_reference.idnum))
        while waiting:
            old = waiting.popleft()
            if text := tag(body, reader.xref.get(0, {}).get(old, 0)):
                yield from self._waits(numbers[old], retold(text, number, part))
            else:
                found = IndirectObject(old, 0, reader).get_object()
                yield from self._object(numbers[old], renumbered(found, number, part))

    def _object(self, number: int, found: Any, *, alone: bool = False) -> Iterator[bytes]:
        if not alone and not isinstance(found, StreamObject):
            yield from self._waits(number, _written(found))
            return
        self._place(number, 1, self._at, 0)
        yield self._said(b"%d 0 obj\n" % number + _written(found) + b"\nendobj\n")

    def _waits(self, number: int, text: bytes) -> Iterator[bytes]:
        self._packed.append((number, text))
        if len(self._packed) == TOGETHER:
            yield from self._pack()

    def _pack(self) -> Iterator[bytes]:
        """What waits, as one packed object: there are ten tags to a row, and hundreds of thousands in a report."""
        some, self._packed = self._packed, []
        if not some:
            return
        self._last += 1
        at, places = 0, list[bytes]()
        for index, (number, text) in enumerate(some):
            self._place(number, 2, self._last, index)
            places.append(b"%d %d " % (number, at))
            at += len(text) + 1
        head = b"".join(places)
        told = dictionary(Type=NameObject("/ObjStm"), N=NumberObject(len(some)), First=NumberObject(len(head)))
        self._place(self._last, 1, self._at, 0)
        body = _stream(told, head + b"\n".join(text for _number, text in some))
        yield self._said(b"%d 0 obj\n" % self._last + body + b"\nendobj\n")

    def _place(self, number: int, kind: int, where: int, index: int) -> None:
        missing = (number + 1) * _ENTRY.size - len(self._places)
        self._places += bytes(max(0, missing))
        _ENTRY.pack_into(self._places, number * _ENTRY.size, kind, where, index)

    def _said(self, text: bytes) -> bytes:
        self._at += len(text)
        return text


def _stream(told: DictionaryObject, body: bytes) -> bytes:
    """A packed stream with what is told of it."""
    packed = zlib.compress(body)
    told.update(dictionary(Filter=NameObject("/FlateDecode"), Length=NumberObject(len(packed))))
    return _written(told) + b"\nstream\n" + packed + b"\nendstream"


def _written(found: PdfObject) -> bytes:
    text = io.BytesIO()
    found.write_to_stream(text)
    return text.getvalue()
