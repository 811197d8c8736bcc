"""A source of rows made up for the tests of formats, and its way into a file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from banding.formats import canonical
from banding.formats.canonical import Row, Seal
from banding.formats.source import Groups, english
from banding.store.returns_rows import COLUMNS

PLAIN: Row = {
    "banding_id": "00000000-0000-4000-8000-000000000001", "recovery_id": "00000000-0000-4000-8000-000000000002",
    "scheme": "CPB", "ring": "H00-0773", "species": "Ciconia boyciana", "species_code": None,
    "banding_day": "2020-06-01", "banding_place_code": "CPHK", "banding_place": "扎龙, \"north\" = 1",
    "banding_latitude": 47.19812, "banding_longitude": 124.31, "banding_precision": "exact",
    "banding_uncertainty_m": 100, "banding_origin": "HL-ZLG", "banding_sex": "U", "banding_age": "1",
    "recovery_day": "2024-03-09", "recovery_time": "17--", "manner": "resighting", "recovery_place_code": "RU83",
    "recovery_place": None, "latitude": 49.0, "longitude": 130.4, "precision": "0.1 degree", "uncertainty_m": None,
    "origin": "AM-KHG", "condition": "7", "circumstances": "81", "sex": None, "age": None,
    "distance_km": 489.2, "direction_deg": 66, "days": 1377, "days_exact": True,
}  # fmt: skip


class Made:
    """Rows that stand in memory, as a writer asks for them."""

    columns = COLUMNS
    licence = "ask us"

    def __init__(self, rows: Sequence[Mapping[str, Any]] = (PLAIN,), histories: Sequence[list[Groups]] = ()) -> None:
        self._rows = [canonical.row(one, COLUMNS) for one in rows]
        self._histories, self.seals = histories, dict[str, str]()

    def rows(self, order: str = "latest") -> Iterator[Row]:
        """The rows, in the order wanted."""
        by = {"bird": "banding_id", "species": "species"}.get(order)
        rows = sorted(self._rows, key=lambda one: str(one[by])) if by else self._rows
        seal = Seal(COLUMNS)
        for one in rows:
            seal.add(one.values())
            yield one
        self.seals["rows"] = seal.hex

    def csv(self) -> Iterator[str]:
        """The rows as lines."""
        yield canonical.line(COLUMNS)
        yield from (canonical.line(one.values()) for one in self._rows)

    def histories(self) -> Iterator[list[Groups]]:
        """The birds that were handed over."""
        yield from self._histories

    def about(self) -> dict[str, Any]:
        """The least that a file says of itself."""
        return {
            "id": "0123456789ab", "title": "Band returns <made up> & more", "format": "test", "language": "en",
            "node": {"code": "AM-KHG", "names": {"en": "Khingansky"}}, "made": "2026-05-01T10:00:00+09:00",
            "coarsened": ["something"], "licence": self.licence, "citation": "cite us", "origins": ["HL-ZLG"],
            "columns": list(COLUMNS), "sha256": dict(self.seals), "agreements": [],
        }  # fmt: skip

    def lines(self, about: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The same for people."""
        return [("", str(about["title"])), ("Licence", self.licence)]

    def label(self, column: str) -> str:
        """A column in capitals."""
        return column.upper()

    def words(self, column: str, value: Any) -> Any:
        """A value in brackets."""
        return value if value is None or column == "days_exact" else f"[{value}]"

    def say(self, text: str, **values: Any) -> str:
        """English."""
        return english(text, **values)


def written(path: Path, pieces: Iterator[bytes]) -> Path:
    """The file of these pieces."""
    with path.open("wb") as file:
        file.writelines(pieces)
    return path
