"""Text in a drawing: as XML can carry it, about as wide as it will be, and cut where there is no more room."""

from html import escape

# Some letters are as wide as they are high.
WIDE_LETTER, LETTER = 12.5, 6.6
# A reader of XML refuses a whole file for one of these.
_NEVER = str.maketrans("\ufffe\uffff", "  ")


def marked(text: str) -> str:
    """A text with the signs of the markup written out, and a blank for the two that no XML may have."""
    return escape(text.translate(_NEVER))


def width(words: str) -> float:
    """About so many pixels wide."""
    return sum(WIDE_LETTER if ord(letter) > 0x2E80 else LETTER for letter in words)


def cut(words: str, most: float) -> str:
    """As much as fits."""
    while words and width(words) > most:
        words = words[:-2].rstrip() + "…"
    return words
