"""Made-up lines, and hypothesis strategies for records made of values that EURING can hold."""

from pathlib import Path

from hypothesis import strategies as st

from banding.domain import places, rings
from banding.formats.euring_fields import COLUMNS, FREE_TEXT
from banding.formats.euring_meaning import kind_of, manner_of, species_name
from schemas.codes import table
from schemas.fields import Code, Number, Whole

DATA = Path(__file__).parent / "data"
OURS = {"id": "6f1c0d8e-7f0a-4c57-9d3c-2f6f3f2f9b11", "origin": "AM-KHG", "generation": 1}
OWN = {
    "scheme",
    "ring",
    "species_code",
    "day",
    "latitude",
    "longitude",
    "accuracy",
    "reference",
    "name",
    "text",
}
CODES_OF_SPECIES = sorted(row["euring_code"] for row in table("species").rows.values() if row["euring_code"])
FREE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="|"), min_size=1)
PATTERNED = {
    "other_marks": st.from_regex(r"[A-Z][A-Z-]", fullmatch=True),
    "species_mentioned_code": st.sampled_from(["00000", *CODES_OF_SPECIES[:40]]),
    "brood_size": st.sampled_from(["--", "00", "03", "12"]),
    "pullus_age": st.sampled_from(["--", "99", "07"]),
    "time": st.sampled_from(["0000", "1715", "17--", "2359"]),
    "place_code": st.sampled_from(["RU83", "CPHK", "BG02", "MN00", "SU--"]),
    "current_place_code": st.sampled_from(["RU83", "CPHK", "SU--"]),
    "primary_moult": st.from_regex(r"[0-5VX]{10}", fullmatch=True),
    "old_greater_coverts": st.sampled_from("0123456789A"),
    "more_other_marks": st.sampled_from(["BB", "BB,BC", "-"]),
}


def _value(field, name):
    if name in PATTERNED:
        return PATTERNED[name]
    if isinstance(field, Code):
        return st.sampled_from(field.codes)
    if isinstance(field, Whole):
        return st.integers(field.least, field.most)
    assert isinstance(field, Number), name
    return st.integers(int(field.least * 10), int(field.most * 10)).map(lambda tenths: tenths / 10)


def _group(group, last):
    homes = [column.home for column in COLUMNS[:last] if column.home and column.home.group == group]
    plain = {home.name: _value(home.field, home.name) for home in homes if home.name not in OWN}
    return st.fixed_dictionaries({}, optional=plain)


RINGS = st.tuples(st.text("ABCDEXK", max_size=3), st.text("0123456789", min_size=1, max_size=7), st.booleans()).map(
    lambda parts: (parts[0] + parts[1] + "-" * parts[2])[:10]
)


def seconds(most):
    """Whole seconds both sides of zero, those next to it often."""
    every = st.integers(-most * 3600, most * 3600) | st.integers(-4000, 4000)
    return every.map(lambda total: round(total / 3600, 6) + 0.0)


def ten_thousandths(most):
    """Degrees to four decimals, both sides of zero."""
    every = st.integers(-most * 10000, most * 10000) | st.integers(-20000, 20000)
    return every.map(lambda total: total / 10000 + 0.0)


@st.composite
def records(draw, layout):
    """A record in the shape the reader gives."""
    newer = layout == "2020"
    core = draw(_group("core", 64 if newer else 60))
    ring, partial = rings.from_euring(rings.euring_number(ring := draw(RINGS), "-" in ring))
    code = draw(st.sampled_from(CODES_OF_SPECIES))
    core |= {"scheme": draw(st.sampled_from(["CPB", "RUM", "QQQ"])), "ring": ring, "species_code": code}
    core |= {
        "species": species_name(code),
        "day": draw(st.dates().map(str).filter(lambda day: "1600" < day < "22")),
    }
    core |= {"ring_partial": True} if partial else {}
    core |= {"reference": draw(FREE)[:60]} if draw(st.booleans()) else {}
    core["kind"] = kind_of(core)
    core |= {"manner": manner_of(core)} if core["kind"] == "recovery" else {}
    record = {"core": core, "measurements": draw(_group("measurements", 60))}
    record |= draw(_places(newer))
    record["remarks"] = {"text": draw(FREE)} if draw(st.booleans()) else {}
    return {group: values for group, values in record.items() if values}


@st.composite
def _places(draw, newer):
    place, area = {}, {}
    if draw(st.booleans()):
        degrees = draw(st.sampled_from([seconds, ten_thousandths])) if newer else seconds
        point = places.Point(draw(degrees(90)), draw(degrees(180)))
        place, area = point._asdict(), places.area(point)._asdict()
    letters = st.sampled_from(table("coordinates_accuracy").codes if newer else "012345679")
    place |= {"accuracy": draw(letters)} if draw(st.booleans()) else {}
    place |= {"name": draw(FREE)[:200]} if draw(st.booleans()) else {}
    return {"place": place, "area": area}


assert FREE_TEXT == (58, 59, 60, 64), "a new column of free text needs a strategy here"


def lines(name):
    """The lines of one made-up file."""
    return (DATA / name).read_text(encoding="utf-8").splitlines()


def cells(**changed):
    """The columns of one good line, some of them changed: `c37="x"`."""
    found = (lines("made_up_57_columns.psv")[0] + "|||").split("|")
    found += [""] * 4 * any(int(name[1:]) > 60 for name in changed)
    for name, value in changed.items():
        found[int(name[1:]) - 1] = value
    return "|".join(found)
