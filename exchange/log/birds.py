"""Fingerprints as birds: ten species stand for the first ten bytes of a key, each read in one's own language."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from schemas.codes import table

COUNT = 10
"""Birds to a fingerprint: 80 bits, which nobody can hit by making keys."""
FIGURES_LEAST = 16
LANGUAGES = ("en", "zh", "ru")

_BETWEEN = re.compile(r"[,，、;；\n\r]+")
_COUNTED = re.compile(r"^\s*\d+\s*[.．)）]?")
_NO_LETTERS = re.compile(r"[\W_]+")
_HEX = re.compile(r"[0-9a-f]{16,64}")


def words(fingerprint: str, names: Callable[[str], str]) -> list[str]:
    """The ten birds of a fingerprint (hex); `names` calls a species by its scientific name."""
    return [names(_species()[byte]) for byte in bytes.fromhex(fingerprint[: 2 * COUNT])]


def named(language: str) -> Callable[[str], str]:
    """What a species is called in a language: `en`, `zh`, `ru`, or anything else for its scientific name."""
    return lambda scientific: table("species").label(scientific, language) if language in LANGUAGES else scientific


def bytes_of(text: str) -> str | None:
    """The first 20 figures (hex) of the fingerprint whose ten birds were typed, in any language, or None.

    Birds stand between commas or on lines of their own; letters, hyphens, spaces and numbers before them do not matter.
    """
    found = [_bytes().get(_plain(word)) for word in typed(text)]
    if len(found) != COUNT or None in found:
        return None
    return bytes(byte for byte in found if byte is not None).hex()


def unknown(text: str) -> list[str]:
    """Which of the words typed are no birds of the list, as they were typed."""
    return [word for word in typed(text) if _plain(word) not in _bytes()]


def beginning(text: str) -> str | None:
    """The beginning of a fingerprint (hex, at least 16 figures) as figures or birds say it; None where it says none."""
    figures = re.sub(r"[\s:]", "", unicodedata.normalize("NFKC", text)).lower()
    return figures if _HEX.fullmatch(figures) else bytes_of(text)


def typed(text: str) -> Sequence[str]:
    """The words that were typed, one by one."""
    parts = (_COUNTED.sub("", part).strip() for part in _BETWEEN.split(text))
    return [part for part in parts if part]


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold().replace("ё", "е")
    return _NO_LETTERS.sub("", folded)


@cache
def _species() -> tuple[str, ...]:
    return tuple(row["species"] for row in table("fingerprint_word").rows.values())


@cache
def _bytes() -> dict[str, int]:
    names = [named(language) for language in (*LANGUAGES, "")]
    return {_plain(name(species)): byte for byte, species in enumerate(_species()) for name in names}
