"""Ring numbers: one normal form to compare them by, partial readings, EURING's form, look-alikes."""

import re
import unicodedata
from functools import cache

# Letters that look the same in both alphabets are compared as the Latin one. The other letters are
# transliterated one to one, each to the Latin letter of its sound, or else to one that no look-alike
# takes (Ж V and Щ Q as in Morse code; Ш W, Я R by shape; Ч the free S). Only Б/В, П/Р, Ц/С, Э/Е and Ы/У
# collide: people who write a Soviet series in Latin letters write B and P for Б and П, and a collision
# shows itself as two first-bandings, while a missed match would stay unseen.
_LOOKS = str.maketrans("АВЕКМНОРСТУХЁІЈЅ", "ABEKMHOPCTYXEIJS")
_SOUNDS = str.maketrans("БГДЖЗИЙЛПФЦЧШЩЫЭЮЯ", "BGDVZIJLPFCSWQYEUR")
_UNREAD = re.compile(r"[?*]")
_MAY_BE_UNREAD = re.compile(r"[-?*]|[^\x00-\x7f]")
_DROPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Mn", "Me", "Lm", "Sk"})
_POINTS = frozenset(".·•。…−_'")
_MOST_LOOK_ALIKES = 64
_CONFUSED = ("UV", "O0QD", "I1L", "B8", "S5", "Z2", "G6", "PRF", "EF", "CG", "MN", "38", "17", "698")


class RingError(ValueError):
    """A ring number that cannot be written or read where ten characters are the limit; `.ring` holds it."""

    def __init__(self, ring: str, why: str) -> None:
        super().__init__(why)
        self.ring = ring


def normal(ring: str) -> str:
    """The form rings are compared in: `xc 345-612` and Cyrillic `ХС 345612` both become `XC345612`.

    Upper case Latin, no spaces, dots, hyphens or dashes, full-width forms narrowed, leading zeroes kept.
    """
    if ring.isascii():
        return ring.upper().encode().translate(None, _ASCII_FILLING).decode()
    letters = "".join(mark for mark in _plain(ring) if not _is_filling(mark))
    return unicodedata.normalize("NFC", letters)


def _plain(ring: str) -> str:
    """Upper-case Latin with every sign still in place."""
    # Й would fall apart into И and a breve, so letters are composed before they are compared.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", ring).upper())
    return text.translate(_LOOKS).translate(_SOUNDS)


def _is_filling(mark: str) -> bool:
    return mark in _POINTS or unicodedata.category(mark) in _DROPPED


# Nearly every ring is plain ASCII, and a pull of a million records asks for the normal form of each.
_ASCII_FILLING = bytes(code for code in range(128) if _is_filling(chr(code)))


def _is_dash(mark: str) -> bool:
    return mark == "−" or unicodedata.category(mark) == "Pd"


def key(ring: str, partial: bool) -> str | None:
    """The normal form a bird is found by; None where the reading is partial or empty and matches nothing."""
    return None if partial else normal(ring) or None


def matches(ring: str, pattern: str) -> bool:
    """Whether the normal form is a ring of this pattern; an empty pattern is unknown and takes any ring."""
    return fits(normal(ring), pattern)


def fits(key: str, pattern: str) -> bool:
    """The same for a ring that is in normal form already."""
    return not pattern or _compiled(pattern).fullmatch(key) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def is_partial(ring: str, pattern: str, example: str = "") -> bool:
    """A guess for text that people type: whether a `-`, `?` or `*` stands for a character nobody could read.

    `pattern` is the scheme's regular expression over the normal form, `example` a ring as it engraves them.
    Where that shows no hyphen, one between figures is a gap: with rings of five or six figures `XC 345-12`
    looks whole once the hyphen is dropped, and would be taken for another bird's. The hyphen of `H00-0773` is engraved,
    for without it the number is a full one of CPB; that of `H00-07-3` is not. Where no pattern is known, one
    hyphen between two characters is taken for an engraved one.
    """
    if not _MAY_BE_UNREAD.search(ring):
        return False
    text = _plain(ring).strip()
    if _UNREAD.search(text):
        return True
    dashes = sum(map(_is_dash, text))
    if not dashes:
        return False
    if pattern:
        return not matches(ring, pattern) or (bool(example) and "-" not in example and _has_gap(text))
    return dashes > 1 or _is_dash(text[0]) or _is_dash(text[-1])


def _has_gap(text: str) -> bool:
    line = "".join("-" if _is_dash(mark) else mark for mark in text)
    return re.search(r"[0-9] ?-+ ?[0-9]|--|-$", line) is not None


def euring_number(ring: str, partial: bool) -> str:
    """EURING's ten characters: dots stand between the leading part and the last run of figures.

    `A074576` becomes `A...074576`. In a partial reading each unread character stays a `-`.
    Raises RingError where nothing is left to write or more than ten characters are.
    """
    text = _with_unread(ring) if partial else normal(ring)
    if not text:
        raise RingError(ring, f"The ring {ring!r} holds no letter or figure. Type the number as engraved.")
    if len(text) > 10:
        raise RingError(
            ring,
            f"The ring {ring!r} is {len(text)} characters long, and EURING has room for 10. "
            "Check the number against the ring; this format cannot carry a longer one.",
        )
    lead, figures = _split(text)
    return lead + "." * (10 - len(text)) + figures


def from_euring(text: str) -> tuple[str, bool]:
    """The ring number in EURING's ten characters, and whether it is partial: `A...074576` is `A074576`.

    Raises RingError where the field is empty or longer than ten characters.
    """
    if len(text) > 10:
        raise RingError(text, f"The ring field {text!r} is longer than EURING's 10 characters. Check the columns.")
    ring = _with_unread(text)
    if not ring:
        raise RingError(text, "The ring field is empty. An encounter needs the ring's number.")
    partial = "-" in ring
    return (ring if partial else normal(text)), partial


def reading(ring: str) -> str:
    """The normal form of a partial reading, with `-` for each unread character; empty where none was read."""
    text = _with_unread(ring)
    return text if text.strip("-") else ""


def may_be(ring: str, read: str) -> bool:
    """Whether a whole number, in normal form, could be the one of which this is a partial reading."""
    return len(ring) == len(read) and all(seen in ("-", mark) for mark, seen in zip(ring, read, strict=True))


def patterns(text: str) -> tuple[str, ...]:
    """What a search with wildcards means, over normal forms: `*` any characters, `?` exactly one.

    A hyphen may be engraved (`H00-0773`) or stand for a character nobody read, so it means either. Without any
    of them there is no pattern. Raises RingError where no letter or figure is left: that would find everything.
    """
    plain = _plain(text).strip()
    if not (_UNREAD.search(plain) or any(map(_is_dash, plain))):
        return ()
    unread = "".join("?" if _is_dash(mark) else mark for mark in plain)
    found = tuple(dict.fromkeys(normal(one) for one in (plain, unread)))
    if not normal(_UNREAD.sub("", plain)):
        raise RingError(text, f"There is no letter or figure in {text!r}, so it would fit every ring.")
    return found if _UNREAD.search(plain) else (f"{found[0]}*", *found[1:])


def _with_unread(ring: str) -> str:
    """The normal form with one `-` for each character that could not be read."""
    marks = ("-" if _is_dash(mark) or mark in "?*" else mark for mark in _plain(ring))
    return "".join(mark for mark in marks if mark == "-" or not _is_filling(mark))


def _split(text: str) -> tuple[str, str]:
    """The leading part and what begins with the last run of figures; an unread `-` may be a figure."""
    runs = list(re.finditer(r"[0-9-]+", text))
    start = runs[-1].start() if runs else 0
    return text[:start], text[start:]


def look_alikes(ring: str) -> tuple[str, ...]:
    """The normal forms one likely misreading away (`SUO` may be `SVO`): one character changed, at most 64."""
    text = normal(ring)
    found = (
        text[:place] + other + text[place + 1 :]
        for place, mark in enumerate(text)
        for group in _CONFUSED
        if mark in group
        for other in group
        if other != mark
    )
    return tuple(dict.fromkeys(found))[:_MOST_LOOK_ALIKES]
