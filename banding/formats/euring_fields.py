"""The 64 columns of the EURING Exchange Code: titles, widths, placeholders, and their homes in our record."""

from typing import NamedTuple

from marshmallow import fields

from schemas.records import group_fields

LAYOUTS = {"2000": 33, "2000+": 60, "2020": 64}
FIXED_LENGTH = 94
COORDINATES, EDITION, DERIVED, LATITUDE, LONGITUDE = 25, 30, (31, 32, 33), 61, 62
# Free words: their blanks belong to them, so only these columns are not stripped.
FREE_TEXT = (58, 59, 60, 64)


class Home(NamedTuple):
    """Where a column lives in our record: group, name, and the schema field that checks its value."""

    group: str
    name: str
    field: fields.Field

    @property
    def dotted(self) -> str:
        """`core.day`."""
        return f"{self.group}.{self.name}"


class Column(NamedTuple):
    """A column: number from 1, title, width in the 2000 layout (0 for none), and two placeholders.

    `blank` is what stands for "nothing given" and is read as an absent field; `unknown` is EURING's own code
    for "not known" in a column that must be filled. For a chick (age code 1) `chick` stands instead.
    """

    number: int
    title: str
    width: int = 0
    unknown: str = ""
    blank: str = ""
    chick: str = ""

    @property
    def home(self) -> Home | None:
        """Its place in our record; None for coordinates in one piece, edition and derived values."""
        return HOMES.get(self.number)

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"Column {self.number} ({self.title})"


def _homes() -> dict[int, Home]:
    """Columns by number, as the schema's own fields claim them."""
    found = {}
    for group in ("core", "place", "measurements", "remarks"):
        for name, field in group_fields("recovery", group).items():
            if number := field.metadata.get("euring"):
                found[number] = Home(group, name, field)
    return found


HOMES = _homes()

# Facts from PyPI `euring` 26.4 and the EURING Exchange Code 2020 v202; titles shared with both.
COLUMNS = (
    Column(1, "Ringing Scheme", 3),
    Column(2, "Primary Identification Method", 2, unknown="--", blank="--"),
    Column(3, "Identification Number (ring)", 10),
    Column(4, "Verification of the Metal Ring", 1, unknown="9"),
    Column(5, "Metal Ring Information", 1, unknown="9"),
    Column(6, "Other Marks Information", 2, unknown="ZZ"),
    Column(7, "Species Mentioned", 5, unknown="00000"),
    Column(8, "Species Concluded", 5, unknown="00000"),
    Column(9, "Manipulated", 1, unknown="U"),
    Column(10, "Moved Before Encounter", 1, unknown="9"),
    Column(11, "Catching Method", 1, unknown="Z"),
    Column(12, "Catching Lures", 1, unknown="U"),
    Column(13, "Sex Mentioned", 1, unknown="U"),
    Column(14, "Sex Concluded", 1, unknown="U"),
    Column(15, "Age Mentioned", 1, unknown="0"),
    Column(16, "Age Concluded", 1, unknown="0"),
    Column(17, "Status", 1, unknown="U", chick="-"),
    Column(18, "Brood Size", 2, unknown="--", chick="00"),
    Column(19, "Pullus Age", 2, unknown="--", chick="99"),
    Column(20, "Accuracy of Pullus Age", 1, unknown="-", chick="U"),
    Column(21, "Date", 8),
    Column(22, "Accuracy of Date", 1, unknown="9"),
    Column(23, "Time", 4, blank="----"),
    Column(24, "Place Code", 4, blank="----"),
    Column(25, "Geographical Co-ordinates", 15, blank="." * 15),
    Column(26, "Accuracy of Co-ordinates", 1, unknown="9"),
    Column(27, "Condition", 1, unknown="0"),
    Column(28, "Circumstances", 2, unknown="99"),
    Column(29, "Circumstances Presumed", 1, unknown="0"),
    Column(30, "EURING Code Identifier", 1),
    Column(31, "Distance", 5, blank="-----"),
    Column(32, "Direction", 3, blank="---"),
    Column(33, "Elapsed Time", 5, blank="-----"),
    Column(34, "Wing Length"),
    Column(35, "Third Primary"),
    Column(36, "State of Wing Point"),
    Column(37, "Mass"),
    Column(38, "Moult"),
    Column(39, "Plumage Code"),
    Column(40, "Hind Claw"),
    Column(41, "Bill Length"),
    Column(42, "Bill Method"),
    Column(43, "Total Head Length"),
    Column(44, "Tarsus"),
    Column(45, "Tarsus Method"),
    Column(46, "Tail Length"),
    Column(47, "Tail Difference"),
    Column(48, "Fat Score"),
    Column(49, "Fat Score Method"),
    Column(50, "Pectoral Muscle Score"),
    Column(51, "Brood Patch"),
    Column(52, "Primary Score"),
    Column(53, "Primary Moult"),
    Column(54, "Old Greater Coverts"),
    Column(55, "Alula"),
    Column(56, "Carpal Covert"),
    Column(57, "Sexing Method"),
    Column(58, "Place Name"),
    Column(59, "Remarks"),
    Column(60, "Reference"),
    Column(61, "Latitude"),
    Column(62, "Longitude"),
    Column(63, "Current Place Code"),
    Column(64, "More Other Marks"),
)
