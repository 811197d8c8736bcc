"""The words that rings carry beside their number, for whoever copies all of a ring into one line."""

import re
from typing import NamedTuple

_WORDS = {
    "nbbc": (r"(?:PRC[ -]*)?NBBC", r"北京\s*1928\s*信箱"),
    "moscow": (r"(?:BIRD\s+)?RINGING\s+CENT(?:RE|ER)[\s,]+MOSCOW", r"MOSCOW"),
    "moskwa": (r"MOSKWA", r"МОСКВА"),
    "kankyocho": (r"KANKYOCHO(?:[\s,]+TOKYO)?(?:[\s,]+JAPAN)?",),
}
"""What is engraved, as in `reports.ENGRAVED`, by what stands on the ring; only words that no number can hold."""
_ANY = re.compile("|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in _WORDS.items()), re.IGNORECASE)
_EDGES = " ,;:/|+·"


class Parted(NamedTuple):
    """The number, the words that stood around it, and what they are; both '' where there were no such words."""

    number: str
    words: str = ""
    engraved: str = ""


def parted(text: str) -> Parted:
    """Take the words of a ringing centre out of a line; a line of nothing else stays as it is."""
    found = list(_ANY.finditer(text))
    number = " ".join(part for part in _ANY.sub(" ", text).split() if part.strip(_EDGES)).strip(_EDGES)
    if not found or not re.search(r"[\w?]", number):
        return Parted(text)
    return Parted(number, " ".join(one[0] for one in found), str(found[0].lastgroup))
