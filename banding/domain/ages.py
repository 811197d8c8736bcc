"""EURING age codes as calendar years of life: exactly so many, or at least so many."""

# 1 and 3 are birds of this calendar year, 5 of the last, and so on; even figures say "after". From A on,
# letters without I and O go on alternately, "after" first: A after the 4th year, B exactly the 5th.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_EXACT = {"1": 1, "3": 1, "5": 2, "7": 3, "9": 4} | {
    letter: place // 2 + 5 for place, letter in enumerate(_LETTERS) if place % 2
}
_AT_LEAST = {"2": 1, "4": 2, "6": 3, "8": 4} | {
    letter: place // 2 + 5 for place, letter in enumerate(_LETTERS) if not place % 2
}


def years_at_least(code: str | None) -> int | None:
    """The calendar year of life that the bird had reached at least; None for an unknown age."""
    return _EXACT.get(code or "") or _AT_LEAST.get(code or "")


def years_at_most(code: str | None) -> int | None:
    """The calendar year of life that the bird was in at most; None where the code sets no limit."""
    return _EXACT.get(code or "")
