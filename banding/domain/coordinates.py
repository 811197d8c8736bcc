"""Coordinates as people write them, in three languages, into decimal degrees; a likely slip is named."""

import re
import unicodedata
from typing import Literal, NamedTuple

Axis = Literal["latitude", "longitude"]

MOST: dict[Axis, int] = {"latitude": 90, "longitude": 180}
"""Degrees that each axis can hold."""

LONGEST = 200
"""Signs of a text that can be coordinates."""

WHYS = {
    "unreadable": "is not understood as coordinates",
    "minutes": "has 60 minutes or more, and a degree has only 60",
    "seconds": "has 60 seconds or more, and a minute has only 60",
    "range": "has more degrees than there are",
    "decimal-point": "seems to lack its decimal point",
    "swapped": "seems to give longitude before latitude",
    "hemisphere": "has hemispheres or signs that contradict each other",
    "one-number": "gives one number, and a point needs a latitude and a longitude",
}
"""What can be wrong with typed coordinates: short code -> English words, which an interface may translate."""


class PlaceNotUnderstood(ValueError):
    """No point could be read: `.text` as typed, `.why` a code of WHYS, `.likely` what may be meant, or ``."""

    def __init__(self, text: str, why: str, likely: str = "") -> None:
        hint = f" Perhaps {likely} is meant." if likely else " Write it like 49.0169, 130.4469."
        super().__init__(f"{text!r} {WHYS[why]}.{hint}")
        self.text, self.why, self.likely = text, why, likely


class _One(NamedTuple):
    """One coordinate read: degrees with their sign, and the hemisphere where it was told."""

    value: float
    hemisphere: str


_SIGNS = str.maketrans(
    {"º": "°", "˚": "°", "∘": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "ʹ": "'",
     "ʼ": "'", "＇": "'", "分": "'", "″": '"', "”": '"', "“": '"', "ʺ": '"', "＂": '"', "秒": '"', "−": "-",
     "–": "-", "—": "-", "，": ",", "、": ",", "；": ";"}
)  # fmt: skip
# The order matters: a whole expression is taken before the letters inside it.
_HEMISPHERES = (
    (r"北[纬緯]?", "N"), (r"南[纬緯]?", "S"), (r"[东東][经經]?", "E"), (r"西[经經]?", "W"),
    (r"С\.? ?Ш\.?", "N"), (r"Ю\.? ?Ш\.?", "S"), (r"В\.? ?Д\.?", "E"), (r"З\.? ?Д\.?", "W"),
    ("Е", "E"), (r"С\.?", "N"), (r"Ю\.?", "S"), (r"В\.?", "E"), (r"З\.?", "W"),
)  # fmt: skip
_PART = re.compile(
    r"""([+-]?)\ *(\d+(?:\.\d*)?)\ *[°:]?\ *
        (?:(?<=[°:\ ])(\d+(?:\.\d*)?)\ *[':]?\ *
        (?:(?<=[':\ ])(\d+(?:\.\d*)?)\ *["]?)?)?\ *""",
    re.VERBOSE,
)
_LETTERED = re.compile(r"(\d+) ?D ?(?:(\d[\d.,]*) ?M ?(?:(\d[\d.,]*) ?S)?)?")
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?"


def degrees(text: str, axis: Axis) -> float:
    """One coordinate in decimal degrees, north and east positive, six decimals from minutes and seconds.

    Raises PlaceNotUnderstood, naming the likely slip.
    """
    one = _one(_tidy(_short(text)), text)
    if one.hemisphere and (one.hemisphere in "NS") != (axis == "latitude"):
        raise PlaceNotUnderstood(text, "hemisphere")
    return _within(one.value, axis, text)


def pair(text: str) -> tuple[float, float]:
    """Latitude and longitude in decimal degrees from a pair as typed. Raises PlaceNotUnderstood."""
    first, second = (_one(half, text) for half in _halves(_tidy(_short(text)), text))
    kinds = ["NS".find(one.hemisphere) >= 0 if one.hemisphere else None for one in (first, second)]
    if kinds[0] is not None and kinds[0] == kinds[1]:
        raise PlaceNotUnderstood(text, "hemisphere")
    if kinds[0] is False or kinds[1] is True:
        first, second = second, first
    elif kinds == [None, None] and 90 < abs(first.value) <= 180 and abs(second.value) <= 90:
        raise PlaceNotUnderstood(text, "swapped", f"{second.value:.10g}, {first.value:.10g}")
    return _within(first.value, "latitude", text), _within(second.value, "longitude", text)


def _short(text: str) -> str:
    """The text, where it is no longer than coordinates are: a page pasted by mistake would be looked at for minutes."""
    if len(text) > LONGEST:
        raise PlaceNotUnderstood(f"{text[:40]}…", "unreadable")
    return text


def _tidy(text: str) -> str:
    """Upper case, one sign for each meaning, hemispheres as N, S, E, W, single spaces."""
    line = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).upper()
    line = " ".join(line.replace("''", '"').split())
    # Read before the hemispheres, or the S of seconds would be taken for south.
    line = _LETTERED.sub(_with_signs, line)
    for words, letter in _HEMISPHERES:
        line = re.sub(words, letter, line)
    return line.strip(" ()[]")


def _with_signs(found: "re.Match[str]") -> str:
    """`48°30'15"` for 48D30M15S."""
    parts = zip(found.groups(), ("°", "'", '"'), strict=True)
    return "".join(f"{part}{sign}" for part, sign in parts if part)


def _halves(line: str, text: str) -> tuple[str, str]:
    """The two coordinates of a pair, whichever way they are parted."""
    letters = list(re.finditer("[NSEW]", line))
    if len(letters) == 2:
        # `N49 E130` is parted before the second letter, `49N 130E` after the first.
        cut = letters[1].start() if letters[0].start() == 0 else letters[0].end()
        return line[:cut], line[cut:]
    for way in (_at_stop, _at_degree, _at_comma, _at_space):
        if halves := way(line):
            return halves
    # 53,127 is a pair to one and a decimal to another.
    if re.fullmatch(r"[+-]?\d+,[+-]?\d+", line):
        raise PlaceNotUnderstood(text, "one-number", line.replace(",", ", "))
    why = "one-number" if _PART.fullmatch(re.sub("[NSEW]", "", line).replace(",", ".")) else "unreadable"
    raise PlaceNotUnderstood(text, why)


def _at_stop(line: str) -> tuple[str, str] | None:
    parts = re.split(r"[;/|]", line)
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _at_degree(line: str) -> tuple[str, str] | None:
    """Before the number that the second sign of degrees belongs to."""
    found = re.fullmatch(rf"(.*?°.*?)[ ,]*((?<![\d.,])[NSEW+-]?{_NUMBER} ?°.*)", line)
    return (found[1], found[2]) if found else None


def _at_comma(line: str) -> tuple[str, str] | None:
    """A comma before a space or beside points parts the pair; else it may belong to the decimals."""
    parts = re.split(r" ?, | ,", line)
    if len(parts) == 1 and "." in line:
        parts = line.split(",")
    if len(parts) == 1 and line.count(",") == 3 and " " not in line:
        one, two, three, four = line.split(",")
        parts = [f"{one},{two}", f"{three},{four}"]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _at_space(line: str) -> tuple[str, str] | None:
    """Two, four or six numbers between spaces: degrees, with minutes, with seconds."""
    parts = line.split()
    if len(parts) not in (2, 4, 6) or not all(re.search(r"\d", part) for part in parts):
        return None
    half = len(parts) // 2
    return " ".join(parts[:half]), " ".join(parts[half:])


def _one(line: str, text: str) -> _One:
    """One coordinate of the tidied line; `text` is what was typed, for the refusal."""
    bare, hemisphere = _without_hemisphere(line.strip(" ,;/|"), text)
    found = _PART.fullmatch(re.sub(r"(?<=\d),(?=\d)", ".", bare))
    # Only the last part may have a fraction: 49.5°30' says two things at once.
    if not found or any("." in part for part in _told(found)[:-1]):
        raise PlaceNotUnderstood(text, "unreadable")
    if found[1] and hemisphere:
        raise PlaceNotUnderstood(text, "hemisphere")
    size = _size(_told(found), text)
    return _One(-size if found[1] == "-" or hemisphere in ("S", "W") else size, hemisphere)


def _without_hemisphere(line: str, text: str) -> tuple[str, str]:
    found = re.fullmatch(r"([NSEW]?) ?([^NSEW]*?) ?([NSEW]?)", line)
    if not found:
        raise PlaceNotUnderstood(text, "unreadable")
    if found[1] and found[3]:
        raise PlaceNotUnderstood(text, "hemisphere")
    return found[2], found[1] or found[3]


def _told(found: "re.Match[str]") -> list[str]:
    """Degrees, and minutes and seconds where they are given."""
    return [part for part in found.groups()[1:] if part is not None]


def _size(parts: list[str], text: str) -> float:
    """Degrees without sign; minutes and seconds must be less than sixty."""
    whole, minutes, seconds = (float(part) for part in (*parts, "0", "0")[:3])
    if minutes >= 60:
        raise PlaceNotUnderstood(text, "minutes", _without_minutes(parts))
    if seconds >= 60:
        likely = f"{parts[0]}°{parts[1]}.{parts[2]}'" if "." not in parts[2] else ""
        raise PlaceNotUnderstood(text, "seconds", likely)
    return whole if len(parts) == 1 else round(whole + minutes / 60 + seconds / 3600, 6)


def _without_minutes(parts: list[str]) -> str:
    """What sixty minutes and more may stand for: the next degree, or decimals written as minutes."""
    if len(parts) != 2 or "." in parts[1]:
        return ""
    return f"{int(parts[0]) + 1}°00'" if parts[1] == "60" else f"{parts[0]}.{parts[1]}"


def _within(value: float, axis: Axis, text: str) -> float:
    """The value where the axis can hold it. Raises PlaceNotUnderstood with the likely decimal point."""
    if abs(value) <= MOST[axis]:
        return value + 0.0
    likely = _with_point(value, axis)
    raise PlaceNotUnderstood(text, "decimal-point" if likely else "range", likely)


def _with_point(value: float, axis: Axis) -> str:
    """`53.75` for 5375 and `127.5` for 1275: four figures and more without their point; else empty."""
    figures = f"{abs(value):.0f}"
    if value != int(value) or len(figures) < 4:
        return ""
    lengths = (2,) if axis == "latitude" else (3, 2)
    found = (f"{figures[:length]}.{figures[length:]}" for length in lengths)
    likely = next((text for text in found if float(text) <= MOST[axis]), "")
    return f"-{likely}" if likely and value < 0 else likely
