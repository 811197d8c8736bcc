"""Returns as an Excel file: codes and words side by side, a sheet of what is said of it, and the same read back."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils.escape import unescape

from banding.formats import xlsx_sheet
from banding.formats.canonical import Row, Seal, whole
from banding.formats.source import N_, OFTEN, Found, Source, Watch, nobody_watches
from banding.formats.zipped import holds, in_pieces

SHEET, ABOUT = "Returns", "About"
MOST_ROWS = 250_000
"""Rows to a sheet: far fewer than a sheet could hold, for a sheet above 2 GB needs a container that Excel distrusts."""
WORDS = "_words"
WORDED = (
    "scheme", "species", "banding_place_code", "banding_precision", "banding_sex", "banding_age", "manner",
    "recovery_place_code", "precision", "condition", "circumstances", "sex", "age",
)  # fmt: skip
"""Columns that have their words in a column beside them."""
WIDTH, WIDE = 14, 100
MOST_LETTERS = 32_000
"""Letters of one cell; of more Excel knows nothing."""
JSON = "JSON"


def write(source: Source) -> Iterator[bytes]:
    """The file; a sheet holds MOST_ROWS, what is more goes on in the next one.

    Over the names of the columns stand their words. A text is a text here and never a formula.
    """
    # The format has its table of contents at its end and its sheets packed one by one: it needs a file.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "returns.xlsx"
        _write(path, source, folder)
        yield from in_pieces(path)


def _write(path: Path, source: Source, folder: str) -> None:
    options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        _rows(book, source)
        about = source.about()
        sheet = book.add_worksheet(ABOUT)
        sheet.set_column(0, 0, 2 * WIDTH)
        sheet.set_column(1, 1, WIDE, book.add_format({"text_wrap": True, "valign": "top"}))
        whole, plain = json.dumps(about, ensure_ascii=False), book.add_format()
        pieces = (whole[at : at + MOST_LETTERS] for at in range(0, len(whole), MOST_LETTERS))
        for number, (head, said) in enumerate((*source.lines(about), *((JSON, piece) for piece in pieces))):
            sheet.write_string(number, 0, head)
            _say(sheet, number, 1, said[:MOST_LETTERS], plain)


def _rows(book: Any, source: Source) -> None:
    names = columns(source.columns)
    worded = [name.removesuffix(WORDS) for name in names if name.endswith(WORDS)]
    bold, plain = book.add_format({"bold": True, "text_wrap": True}), book.add_format()
    labels = [_label(source, name) for name in names]
    seal, sheet, at = Seal(worded), None, 0
    seal.add(labels)
    for number, one in enumerate(source.rows()):
        if number % MOST_ROWS == 0:
            sheet, at = _sheet(book, number // MOST_ROWS, names, labels, bold), 2
        words = {name + WORDS: source.words(name, one[name]) for name in worded}
        _row(sheet, at, names, one | words, plain)
        seal.add(words.values())
        at += 1
    if sheet is None:
        _sheet(book, 0, names, labels, bold)
    source.seals["words"] = seal.hex


def columns(known: Sequence[str]) -> list[str]:
    """The columns of the sheet."""
    return [name for one in known for name in ((one, one + WORDS) if one in WORDED else (one,))]


def _label(source: Source, name: str) -> str:
    words = source.label(name.removesuffix(WORDS))
    return source.say(N_("%(column)s, in words"), column=words) if name.endswith(WORDS) else words


def _sheet(book: Any, number: int, names: Sequence[str], labels: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(f"{SHEET} {number + 1}" if number else SHEET)
    sheet.set_column(0, len(names) - 1, WIDTH)
    sheet.freeze_panes(2, 0)
    # Line by line: what is above the last line is on its way to the disk already.
    for column, label in enumerate(labels):
        sheet.write_string(0, column, label, bold)
    for column, name in enumerate(names):
        sheet.write_string(1, column, name)
    return sheet


def _row(sheet: Any, at: int, names: Sequence[str], values: Mapping[str, Any], plain: Any) -> None:
    for column, name in enumerate(names):
        value = values[name]
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sheet.write_boolean(at, column, value)
        elif isinstance(value, str):
            _say(sheet, at, column, value, plain)
        else:
            sheet.write_number(at, column, value)


def _say(sheet: Any, at: int, column: int, text: str, plain: Any) -> None:
    """A text as it stands; the library would take one that looks so for its own XML, and let formulas in."""
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(at, column, text[0], plain, text[1:])
    else:
        sheet.write_string(at, column, text)


# -- read back --------------------------------------------------------------------------------------------


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the file says, and the seals of the rows and of their words as they are now."""
    codes, words, count = None, None, 0
    with _opened(path) as book:
        about = _about(book)
        for heads, values in _cells(book):
            own = [name for name in heads.names if not name.endswith(WORDS)]
            if codes is None or words is None:
                codes = Seal(own)
                words = Seal([name.removesuffix(WORDS) for name in heads.names if name.endswith(WORDS)])
                words.add(heads.labels)
            if values is not None:
                codes.add(whole(_codes(values), own).values())
                words.add(None if value == "" else value for name, value in values.items() if name.endswith(WORDS))
                count += 1
                if count % OFTEN == 0:
                    watch(count)
    found = {"rows": codes.hex, "words": words.hex} if codes and words else {}
    return Found(about, found, lambda: rows(path), count)


def rows(path: Path) -> Iterator[Row]:
    """The rows without their words."""
    with _opened(path) as book:
        for heads, values in _cells(book):
            if values is not None:
                yield whole(_codes(values), [name for name in heads.names if not name.endswith(WORDS)])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    # By its content and not by its name, which may be any.
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True)
        try:
            yield book
        finally:
            book.close()


def _codes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.endswith(WORDS)}


class _Heads:
    """The two lines over a sheet: words and names."""

    def __init__(self, labels: Sequence[Any], names: Sequence[Any]) -> None:
        self.labels = [_text(label) for label in labels]
        self.names = [_text(name) for name in names]


def _cells(book: Any) -> Iterator[tuple[_Heads, dict[str, Any] | None]]:
    """Each row by the names of its columns, after a None for the heads of each sheet."""
    for sheet in book.worksheets:
        if not sheet.title.startswith(SHEET):
            continue
        lines = xlsx_sheet.rows(book, sheet)
        heads = _Heads(next(lines, ()), next(lines, ()))
        yield heads, None
        for cells in lines:
            # Empty lines at the end are what a spreadsheet leaves behind.
            if any(cell is not None for cell in cells):
                said = [_plain(cell) for cell in cells]
                cells += (None,) * (len(heads.names) - len(cells))
                more = {str(number): said[number] for number in range(len(heads.names), len(said))}
                yield heads, dict(zip(heads.names, said, strict=False)) | more


def _about(book: Any) -> dict[str, Any]:
    if ABOUT not in book.sheetnames:
        return {}
    told = book[ABOUT].iter_rows(values_only=True, max_col=2)
    return dict(json.loads("".join(_text(said) for head, said in told if head == JSON) or "{}"))


def _text(value: Any) -> str:
    return "" if value is None else str(_plain(value))


def _plain(value: Any) -> Any:
    """A cell as it is read by Excel, which writes a sign that XML has no room for as _x0001_, and so an x of a text."""
    return unescape(value) if isinstance(value, str) else value


def fits(path: Path) -> bool:
    """Whether a file is an Excel file."""
    return holds(path, "xl/workbook.xml")
