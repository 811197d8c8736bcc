"""Several PDF files as one: every page in order, read by two programs that did not write them."""

import datetime
import io
from pathlib import Path

import pytest
import typst
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from banding.reports.joining import Join

MADE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PAGE = '#set document(title: "Birds")\n#set text(lang: "ru")\n#set page(width: 60mm, height: 20mm)\n'
RED = '#place(rect(fill: rgb("#c02020"), width: 10mm, height: 10mm))\n'


def part(*words: str) -> bytes:
    """A file with a page for each word, with letters, a drawing and a link."""
    body = "#pagebreak()\n".join(f'{word} птица 鸟 #link("https://example.org/{word}")[there]\n' for word in words)
    return bytes(typst.compile((PAGE + RED + body).encode(), format="pdf", timestamp=MADE))


def joined(*parts: bytes) -> bytes:
    join = Join()
    return b"".join([piece for one in parts for piece in join.add(one)] + list(join.end()))


def words(body: bytes) -> list[str]:
    return [page.extract_text().split()[0] for page in PdfReader(io.BytesIO(body), strict=True).pages]


def test_all_pages_are_there_in_order_with_their_letters_and_links():
    body = joined(part("one", "two"), part("three"), part("four", "five"))
    assert words(body) == ["one", "two", "three", "four", "five"]
    found = PdfReader(io.BytesIO(body), strict=True)
    assert found.metadata is not None
    assert found.metadata.title == "Birds"
    assert found.root_object["/Lang"] == "ru"
    links = [page["/Annots"][0].get_object()["/A"]["/URI"] for page in found.pages]
    assert links == [f"https://example.org/{word}" for word in ("one", "two", "three", "four", "five")]


def test_a_single_file_stays_byte_for_byte_what_it_is():
    assert joined(part("one")) == part("one")
    assert joined() == b""


def test_the_same_parts_are_the_same_bytes():
    assert joined(part("one"), part("two")) == joined(part("one"), part("two"))


def test_pages_are_counted_as_the_parts_come():
    join, counts = Join(), []
    for one in (part("one", "two"), part("three")):
        list(join.add(one))
        counts.append(join.pages)
    assert counts == [2, 3]


@pytest.mark.parametrize(("page", "is_red"), [(1, True), (2, False), (3, True)])
def test_another_program_draws_every_page(tmp_path: Path, page: int, is_red: bool):
    (tmp_path / "all.pdf").write_bytes(joined(part("one", "two"), part("three")))
    source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("all.pdf", page: {page})'
    (tmp_path / "page.typ").write_text(source)
    drawn = Image.open(io.BytesIO(bytes(typst.compile(str(tmp_path / "page.typ"), format="png")))).convert("RGB")
    # The square stands on the first page of each part, and the words on all.
    colours = {colour for _count, colour in drawn.getcolors(100_000) or []}
    assert ((192, 32, 32) in colours) == is_red
    assert (0, 0, 0) in colours


TABLE = "#table(columns: 2, table.header([Ring], [Days]), [XC 1], [142])\n= Part (12 0 R)\n"


def tags(element: DictionaryObject, above: IndirectObject | None = None) -> list[DictionaryObject]:
    """The elements below one, in order; each knows what it hangs on."""
    found = []
    for ref in list.__iter__(element["/K"]) if isinstance(element.get("/K"), ArrayObject) else []:
        below = ref.get_object()
        if isinstance(below, DictionaryObject) and below.get("/Type") == "/StructElem":
            if above is not None:
                assert below.raw_get("/P").idnum == above.idnum
            found += [below, *tags(below, ref)]
    return found


def test_what_is_said_to_a_screen_reader_is_one_tree_over_all_pages():
    source = PAGE + TABLE + '#link("https://example.org")[there]'
    parts = [bytes(typst.compile(source.encode(), format="pdf")) for _ in range(3)]
    found = PdfReader(io.BytesIO(joined(*parts)), strict=True)
    assert found.root_object["/MarkInfo"]["/Marked"]
    root = found.root_object["/StructTreeRoot"]
    (whole,) = list.__iter__(root["/K"])
    below = tags(whole.get_object(), whole)
    kinds = [one["/S"] for one in below]
    assert (kinds.count("/Table"), kinds.count("/H1"), kinds.count("/Link"), kinds.count("/Document")) == (3, 3, 3, 0)
    assert [one["/T"] for one in below if one["/S"] == "/H1"] == ["Part (12 0 R)"] * 3
    heads = [one for one in below if one["/S"] == "/TH"]
    assert len({one["/ID"] for one in heads}) == 6, "each table has its own heads"
    for table in (one for one in below if one["/S"] == "/Table"):
        cells = tags(table)
        own = {one["/ID"] for one in cells if one["/S"] == "/TH"}
        assert {name for one in cells if one["/S"] == "/TD" for name in one["/A"][0]["/Headers"]} == own
    names = root["/IDTree"]["/Names"]
    assert list(names[::2]) == sorted(one["/ID"] for one in heads)
    keyed = dict(zip(root["/ParentTree"]["/Nums"][::2], root["/ParentTree"]["/Nums"][1::2], strict=True))
    assert len(keyed) == root["/ParentTreeNextKey"]
    for page in found.pages:
        marked = keyed[page["/StructParents"]]
        assert all(one.get_object()["/Pg"].indirect_reference == page.indirect_reference for one in marked)
        for link in page.get("/Annots", ()):
            assert keyed[link.get_object()["/StructParent"]]["/S"] == "/Link"


def test_tags_by_the_thousand_are_packed():
    rows = ", ".join(f"[{number}]" for number in range(3000))
    body = bytes(typst.compile((PAGE + f"#table(columns: 3, {rows})").encode(), format="pdf"))
    whole = joined(body, body)
    assert len(whole) < len(body)
    assert len(PdfReader(io.BytesIO(whole), strict=True).pages) == 2 * len(PdfReader(io.BytesIO(body)).pages)
