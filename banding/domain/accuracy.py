"""EURING's codes for the accuracy of coordinates as radii in metres, and the code that covers a radius."""

LETTERS = (
    ("A", 1), ("B", 5), ("C", 10), ("D", 50), ("E", 100), ("F", 500), ("G", 1_000), ("H", 5_000), ("I", 10_000),
    ("J", 50_000), ("K", 100_000), ("L", 500_000), ("M", 1_000_000),
)  # fmt: skip
FIGURES = (
    ("0", 1_000), ("1", 5_000), ("2", 10_000), ("3", 20_000), ("4", 50_000), ("5", 100_000), ("6", 500_000),
    ("7", 1_000_000),
)  # fmt: skip
"""EURING Exchange Code 2020: letters since 2020, figures before; code and radius in metres, the smallest first."""

SOMEWHERE, SOMEWHERE_OLDER = "Z", "9"
_METRES = dict(LETTERS + FIGURES)


def metres(code: str | None) -> int | None:
    """The radius that a code stands for; None where it names the whole region, or nothing."""
    return _METRES.get(code or "")


def code(radius: float) -> str:
    """The letter of the smallest radius that covers this one, in metres; `Z` beyond 1,000 km."""
    return next((letter for letter, most in LETTERS if radius <= most), SOMEWHERE)


def older(code: str) -> str:
    """A letter as the figure of the older layouts, never of a smaller radius; a figure or nothing stays."""
    if code == SOMEWHERE:
        return SOMEWHERE_OLDER
    if not code.isalpha():
        return code
    radius = _METRES[code]
    return next(figure for figure, most in FIGURES if radius <= most)


def radius(uncertainty: float | None, code: str | None) -> float | None:
    """The radius of a place in metres: as told, else what its code stands for, else None."""
    return uncertainty if uncertainty is not None else metres(code)
