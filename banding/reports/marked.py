"""Text as XML can carry it: drawings are read by programs that refuse a whole file for one sign."""

from html import escape

_NEVER = str.maketrans("\ufffe\uffff", "  ")


def marked(text: str) -> str:
    """A text with the signs of the markup written out, and a blank for the two that no XML may have."""
    return escape(text.translate(_NEVER))
