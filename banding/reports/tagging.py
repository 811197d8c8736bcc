"""What PDF files say to a screen reader, brought together: one tree of tags of the trees of all files."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

KEYS = {"/StructParent", "/StructParents"}
"""By which a page or a link is found from the tree of tags."""
IDS, HEADERS = "/ID", "/Headers"
Number = Callable[[int], int]
_STRING = rb"\((?:[^()\\]|\\.)*\)"
_TAG = re.compile(rb"[0-9]+ 0 obj\s*((?:<</Type/StructElem|\[[0-9])(?:[^()\\\n]|%b)*)\nendobj" % _STRING, re.DOTALL)
_TOLD = re.compile(rb"/ID(%b)|/Headers\[((?:%b)*)\]|%b|\b([0-9]+) 0 R\b" % (_STRING, _STRING, _STRING), re.DOTALL)


class Part(NamedTuple):
    """One file within the whole: what is added to its keys, what stands before its ids, what its pages hang on."""

    key: int
    prefix: str
    pages: int


class Tags:
    """One tree of many; `tree` and `whole` are the numbers of its root and of the one element below that."""

    def __init__(self, tree: int, whole: int) -> None:
        self._tree, self._whole = tree, whole
        self._kids, self._roles = ArrayObject(), DictionaryObject()
        self._keys, self._ids = ArrayObject(), ArrayObject()
        self._next = self._parts = 0

    def part(self, reader: PdfReader, numbers: dict[int, int], number: Number, pages: int) -> Part:
        """Take in the tree of a file: what hung on its root, or on the document below that, hangs on the whole's."""
        part = Part(self._next, f"{self._parts:04}.", pages)
        self._parts += 1
        if "/StructTreeRoot" not in reader.root_object:
            return part
        root: Any = reader.root_object["/StructTreeRoot"]
        numbers[reader.root_object.raw_get("/StructTreeRoot").idnum] = self._whole
        for kid in _raw(root["/K"]):
            found = kid.get_object()
            is_document = found["/S"] == "/Document"
            if is_document:
                numbers[kid.idnum] = self._whole
            below = _raw(found["/K"]) if is_document else [kid]
            self._kids += [IndirectObject(number(one.idnum), 0, None) for one in below]
        self._roles.update(root.get("/RoleMap", {}))
        for key, ref in _leaves(root["/ParentTree"], "/Nums"):
            self._keys += [NumberObject(part.key + key), IndirectObject(number(ref.idnum), 0, None)]
            self._next = max(self._next, part.key + key + 1)
        for name, ref in _leaves(root.get("/IDTree", {}), "/Names"):
            self._ids += [TextStringObject(part.prefix + name), IndirectObject(number(ref.idnum), 0, None)]
        return part

    def trees(self) -> dict[int, DictionaryObject]:
        """The root and the element below it, by their numbers; none where no file had tags."""
        if not self._kids:
            return {}
        below, above = (IndirectObject(one, 0, None) for one in (self._whole, self._tree))
        root = dictionary(
            Type=NameObject("/StructTreeRoot"), K=ArrayObject([below]), RoleMap=self._roles,
            ParentTree=dictionary(Nums=self._keys), ParentTreeNextKey=NumberObject(self._next),
        )  # fmt: skip
        if self._ids:
            root[NameObject("/IDTree")] = dictionary(Names=self._ids)
        whole = dictionary(Type=NameObject("/StructElem"), S=NameObject("/Document"), P=above, K=self._kids)
        return {self._tree: root, self._whole: whole}


def renumbered(found: Any, number: Number, part: Part) -> Any:
    """The same with every reference, key and id as it is in the whole; what it was read from is changed."""
    if isinstance(found, IndirectObject):
        return IndirectObject(number(found.idnum), 0, None)
    if isinstance(found, ArrayObject):
        return ArrayObject(renumbered(one, number, part) for one in _raw(found))
    if isinstance(found, DictionaryObject):
        kind = found.get("/Type")
        for name in list(found):
            held = found.raw_get(name)
            if name in KEYS:
                new: Any = NumberObject(part.key + held)
            elif name == IDS and kind == "/StructElem":
                new = TextStringObject(part.prefix + held)
            elif name == HEADERS:
                new = ArrayObject(TextStringObject(part.prefix + one) for one in held)
            elif name == "/Parent" and kind == "/Page":
                new = IndirectObject(part.pages, 0, None)
            else:
                new = renumbered(held, number, part)
            found[NameObject(name)] = new
    return found


def tag(body: bytes, at: int) -> bytes:
    """The text of the tag, or of the list of tags, that stands there in a file; nothing where it is anything else."""
    found = _TAG.match(body, at) if at else None
    return found[1] if found else b""


def retold(text: bytes, number: Number, part: Part) -> bytes:
    """What `renumbered` does, for the text of a tag: there are nearly ten to a row, and no time to take each apart."""
    before = b"(" + part.prefix.encode()

    def new(found: re.Match[bytes]) -> bytes:
        if found[3]:
            return b"%d 0 R" % number(int(found[3]))
        return found[0].replace(b"(", before) if found[1] or found[2] else found[0]

    return _TOLD.sub(new, text)


def dictionary(**values: PdfObject) -> DictionaryObject:
    """An object of these names and values."""
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})


def _leaves(tree: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of a tree of names or of numbers."""
    pairs = _raw(tree.get(name, ArrayObject()))
    yield from zip(pairs, pairs, strict=True)
    for kid in _raw(tree.get("/Kids", ArrayObject())):
        yield from _leaves(kid.get_object(), name)


def _raw(array: Any) -> Iterator[Any]:
    """The members of an array, references as they stand."""
    return list.__iter__(array)
