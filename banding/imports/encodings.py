"""Text files of unknown encoding: UTF-8, UTF-16, and the usual ones of Chinese and Russian Windows."""

import codecs
import re
from pathlib import Path
from typing import NoReturn, TextIO

from banding.errors import Refused
from banding.spoken import N_

_CHUNK = 1 << 20
_ENOUGH = 1 << 16
_MOSTLY = 0.9
_NONE = N_("It is none of UTF-8, UTF-16, GB 18030 and Windows-1251")
# Word shapes of Russian: `Клёшинское`, `оз`, `ООПТ`. Chinese bytes read as Cyrillic mix their capitals.
_WORD = re.compile("[^\x00-\x7f«»—–„“”’…№°\xa0]+")
_RUSSIAN = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")


def open_text(path: Path) -> TextIO:
    """The file opened for reading as text, its encoding guessed from its bytes.

    Raises Refused where no encoding fits.
    """
    return path.open(encoding=guess(path), newline=None)


def guess(path: Path) -> str:
    """`utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be`, `gb18030` or `cp1251`. Raises Refused where none."""
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    wide = _wide(start)
    if wide:
        return wide if _is(path, wide) else _not_understood(path, N_("Its bytes are cut off or damaged"))
    if _is(path, "utf-8"):
        return "utf-8-sig"
    found = _chinese_or_russian(path)
    # A part of it was looked at until now, and half a file that is kept helps nobody.
    return found if _is(path, found) else _not_understood(path)


def _wide(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, the zero halves of figures and pipes show which half of each pair comes first.
    even, odd = start[0:_ENOUGH:2].count(0), start[1:_ENOUGH:2].count(0)
    if max(even, odd) * 8 <= min(len(start), _ENOUGH):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read so."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _chinese_or_russian(path: Path) -> str:
    lines = _telling_lines(path)
    mostly = sum(_decoded(line, "utf-8") is not None for line in lines)
    if mostly > 1 and mostly >= _MOSTLY * len(lines):
        _not_understood(path, N_("Most lines are UTF-8 and some are not"))
    sample = b"".join(lines)
    russian, chinese = _decoded(sample, "cp1251"), _decoded(sample, "gb18030")
    if russian is not None and (chinese is None or _reads_as_russian(russian)):
        return "cp1251"
    return "gb18030" if chinese is not None else _not_understood(path)


def _not_understood(path: Path, why: str = _NONE) -> NoReturn:
    raise Refused(
        "The encoding of this file is not understood", where=path.name, why=why,
        mend="Save it as UTF-8 and send it again",
    )  # fmt: skip


def _telling_lines(path: Path) -> list[bytes]:
    """Whole lines that hold more than ASCII, up to 64 KB of them."""
    found, size = [], 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size > _ENOUGH:
                break
    return found


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _reads_as_russian(text: str) -> bool:
    words = _WORD.findall(text)
    good = sum(len(word) for word in words if _RUSSIAN.fullmatch(word))
    return good >= 0.8 * sum(map(len, words))
