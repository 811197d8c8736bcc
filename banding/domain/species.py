"""The node's species list, found by any name people type: Latin, English, Chinese, pinyin, Russian, EURING code."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

LANGUAGES = ("en", "zh", "ru")

CAREFUL = 2
"""Sensitivity of a species that is not in the list: shown to 0.1 degree until someone knows better."""

SHORTEST_PINYIN = 4
"""Letters below which a name in pinyin is too short to be sure that it was meant."""


@dataclass(frozen=True)
class Species:
    """A species: names by language, other Latin names, how coarsely its places are shown (0-3), and its order."""

    scientific_name: str
    euring_code: str
    names: Mapping[str, str] = field(hash=False)
    synonyms: tuple[str, ...]
    sensitivity: int
    waterfowl: bool
    order: str = ""

    def name(self, language: str) -> str:
        """The name in `en`, `zh` or `ru`; the scientific one where there is none."""
        return self.names.get(language) or self.scientific_name


class _Lines(NamedTuple):
    """What a species is searched by: folded names with their words, and its Chinese names in pinyin.

    `spelt` holds each pinyin name from each of its syllables on, without spaces, the whole name first.
    `whole` and `letters` hold all names and all pinyin in one text each: most species are passed over by it.
    """

    names: tuple[tuple[str, tuple[str, ...]], ...]
    spelt: tuple[tuple[str, ...], ...]
    initials: tuple[str, ...]
    whole: str
    letters: str


class SpeciesList:
    """The species of the code table; `rows` have the columns of `species.csv`."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        pairs = [(_species(row), row) for row in rows]
        self._all = tuple(species for species, _ in pairs)
        self._latin = _first(
            [(species.scientific_name, species) for species in self._all]
            + [(other, species) for species in self._all for other in species.synonyms]
        )
        told = [
            (name, species)
            for species, row in pairs
            for name in (*species.synonyms, species.euring_code, *_names(species, row))
        ]
        valid = _first((species.scientific_name, species) for species in self._all)
        self._any = _shared(told) | {line: (species,) for line, species in valid.items()}
        self._spelt = _long_enough(_shared((parts[0], one) for one, row in pairs for parts in _spelt(row)))
        self._search = [(species, _lines(species, row)) for species, row in pairs]

    def __iter__(self) -> Iterator[Species]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def find(self, text: str) -> Species | None:
        """The species of exactly this name, synonym or EURING code, whatever case, hyphens or ё.

        Of several that share it the first in the list: a row that a node has added comes last, and cannot take any
        name away from a species of the shipped list. A whole name in pinyin will do where only one is spelt so.
        """
        line = _folded(text)
        if found := self._of_name(line):
            return found[0]
        spelt = self._spelt.get(_letters(line), ())
        return spelt[0] if len(spelt) == 1 else None

    def named(self, text: str) -> tuple[Species, ...]:
        """Every species of which this is a whole name, in list order: several where they share it.

        A scientific name that is valid now is its own species' alone, whichever other has borne it before: there is
        no plainer word with which one of several could be chosen.
        """
        line = _folded(text)
        return self._of_name(line) or self._spelt.get(_letters(line), ())

    def _of_name(self, line: str) -> tuple[Species, ...]:
        code = line.zfill(5) if line.isdecimal() else line
        return self._any.get(line) or self._any.get(code) or ()

    def by_name(self, scientific: str) -> Species | None:
        """The species of this scientific name; an older one finds it too, and as guarded."""
        words = _folded(scientific).split()
        # A subspecies is as its species where the list does not name it.
        return self._latin.get(" ".join(words)) or self._latin.get(" ".join(words[:2]))

    def sensitivity(self, scientific: str) -> int:
        """How coarsely places are shown: 0 exact, 1 to 0.01 degree, 2 to 0.1, 3 province; 2 where unknown."""
        species = self.by_name(scientific)
        if species is not None:
            return species.sensitivity
        # A bird told only to its genus may be the most guarded of it.
        genus = _folded(scientific) + " "
        levels = (max(CAREFUL, kin.sensitivity) for name, kin in self._latin.items() if name.startswith(genus))
        return max(levels, default=CAREFUL)

    def search(self, text: str, limit: int = 20) -> list[Species]:
        """Species as people type: beginnings before abbreviations (`emb spo`) before parts, in list order.

        Pinyin counts like a name (`dongfangbaiguan`, `baiguan`), and so do its initials from the first on
        (`dfbg`); both stand behind names that begin alike.
        """
        line = _folded(text)
        if not line:
            return []
        typed, letters = line.split(), _letters(line)
        ranked = ((_rank(line, typed, letters, lines), place) for place, (_, lines) in enumerate(self._search))
        hits = sorted((rank, place) for rank, place in ranked if rank is not None)
        return [self._all[place] for _, place in hits[:limit]]


def _species(row: Mapping[str, str]) -> Species:
    return Species(
        scientific_name=row["scientific_name"],
        euring_code=row.get("euring_code", ""),
        names={language: row[language] for language in LANGUAGES if row.get(language)},
        synonyms=_parted(row.get("synonyms", "")),
        # An empty cell is no promise that a place may be shown.
        sensitivity=int(row.get("sensitivity") or CAREFUL),
        waterfowl=row.get("waterfowl", "") in ("1", "true"),
        order=row.get("order", ""),
    )


def _parted(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;；]", cell) if part.strip())


def _names(species: Species, row: Mapping[str, str]) -> tuple[str, ...]:
    return (*species.names.values(), *_parted(row.get("zh_alt", "")))


def _lines(species: Species, row: Mapping[str, str]) -> _Lines:
    """Everything a species can be searched by, folded."""
    told = (species.scientific_name, species.euring_code, *_names(species, row), *species.synonyms)
    names = dict.fromkeys(_folded(name) for name in told if name)
    spelt = _spelt(row)
    initials = tuple(_letters(name) for name in _parted(row.get("initials", "")))
    letters = "\n".join([*(parts[0] for parts in spelt), *initials])
    return _Lines(tuple((name, tuple(name.split())) for name in names), spelt, initials, "\n".join(names), letters)


def _spelt(row: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    spelt = (_from_each_syllable(name) for name in _parted(row.get("pinyin", "")))
    return tuple(parts for parts in spelt if parts)


def _shared(pairs: Iterable[tuple[str, Species]]) -> dict[str, tuple[Species, ...]]:
    """By folded name all species that have it, each once, in the order of the list."""
    found: dict[str, dict[Species, None]] = {}
    for name, species in pairs:
        if line := _folded(name):
            found.setdefault(line, {})[species] = None
    return {line: tuple(kin) for line, kin in found.items()}


def _long_enough(spelt: dict[str, tuple[Species, ...]]) -> dict[str, tuple[Species, ...]]:
    """Names in pinyin that can be meant as such; an `e` is a letter and no osprey."""
    return {name: kin for name, kin in spelt.items() if len(name) >= SHORTEST_PINYIN}


def _from_each_syllable(name: str) -> tuple[str, ...]:
    """`baiguan` and `guan` of `bai guan`: a part of a name begins where a syllable does."""
    syllables = _folded(name).split()
    return tuple("".join(syllables[place:]) for place in range(len(syllables)))


def _letters(line: str) -> str:
    """Letters that pinyin can be compared by; empty where the line is in no Latin letters."""
    # An input method writes ü as v, and so does the table.
    packed = line.replace(" ", "").replace("ü", "v")
    return packed if packed.isascii() and packed.isalpha() else ""


def _first(pairs: Iterable[tuple[str, Species]]) -> dict[str, Species]:
    """Species by folded name; where two share a name, the earlier in the list has it."""
    found: dict[str, Species] = {}
    for name, species in pairs:
        line = _folded(name)
        if line:
            found.setdefault(line, species)
    return found


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Small letters, ё as е, no apostrophes, hyphens and stops as spaces, single spaces."""
    line = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    line = re.sub("['’‘ʼ`]", "", line)
    return " ".join(re.sub(r"[-‐‑–—.,·_]", " ", line).split())


def _rank(line: str, typed: list[str], letters: str, lines: _Lines) -> int | None:
    """How well a species answers: 0 exact, 1 begins so, 2 word by word or in pinyin, 3 inside; None not at all."""
    best = 4
    if all(part in lines.whole for part in typed):
        best = min(_rank_one(line, typed, name, words) for name, words in lines.names)
    if best > 2 and letters and letters in lines.letters:
        best = min(best, _rank_spelt(letters, lines))
    return best if best < 4 else None


def _rank_one(line: str, typed: list[str], name: str, words: Iterable[str]) -> int:
    if name.startswith(line):
        return 0 if name == line else 1
    if len(typed) == 1:
        return 4 if line not in name else 2 if f" {line}" in name else 3
    return 2 if _abbreviates(typed, words) else 3 if line in name else 4


def _rank_spelt(letters: str, lines: _Lines) -> int:
    """2 where a pinyin name or its initials begin with the letters, 3 where a part of the name does, else 4."""
    if any(initials.startswith(letters) for initials in lines.initials):
        return 2
    best = 4
    for parts in lines.spelt:
        if parts[0].startswith(letters):
            return 2
        if any(part.startswith(letters) for part in parts):
            best = 3
    return best


def _abbreviates(typed: list[str], words: Iterable[str]) -> bool:
    """Whether each typed word begins one of the words, in their order: `emb spo`, `black bunt`."""
    rest = iter(words)
    return all(any(word.startswith(part) for word in rest) for part in typed)
