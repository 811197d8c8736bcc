"""Returns as a Darwin Core archive: an event for each encounter, its occurrence, and what was measured."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape

from banding.domain import rings
from banding.domain.encounters import is_alive, is_dead
from banding.formats.canonical import Row, cell
from banding.formats.source import N_, Found, Source, Watch, nobody_watches, seal_of_file
from banding.formats.zipped import archive, holds, in_pieces

DWC, DC = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
EVENT = (
    "eventID", "eventType", "eventDate", "eventTime", "samplingProtocol", "locationID", "locality", "decimalLatitude",
    "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters", "coordinatePrecision",
    "dataGeneralizations", "informationWithheld",
)  # fmt: skip
OCCURRENCE = (
    "eventID", "occurrenceID", "basisOfRecord", "occurrenceStatus", "scientificName", "vernacularName", "organismID",
    "sex", "vitality", "institutionCode", "license", "dataGeneralizations", "informationWithheld",
)  # fmt: skip
MEASUREMENT = ("eventID", "measurementID", "measurementType", "measurementValue", "measurementUnit")
FILES = {"event.txt": EVENT, "occurrence.txt": OCCURRENCE, "measurementorfact.txt": MEASUREMENT}
TYPES = {"event.txt": "Event", "occurrence.txt": "Occurrence", "measurementorfact.txt": "MeasurementOrFact"}
META, EML, ABOUT = "meta.xml", "eml.xml", "about.json"
ROUNDED, WITHHELD = "0.1 degree", "withheld"
CELL_M = 7900
"""How far a cell of 0.1 degree reaches from its middle, metres."""
SEXES = {"M": "male", "F": "female"}
FACTS = {
    "distance_km": ("distance from the banding, rhumb line", "km"),
    "direction_deg": ("direction from the banding, clockwise from north", "degree"),
    "days": ("days since the banding", "d"), "condition": ("condition, EURING code", ""),
    "circumstances": ("circumstances, EURING code", ""), "age": ("age, EURING code", ""),
}  # fmt: skip
GENERAL = N_("The point is the middle of a cell of 0.1 degree; the name of the place is left out.")
HIDDEN = N_("The point is withheld by the node that wrote the record.")
NO_PEOPLE = N_("Names of people and remarks.")


def write(source: Source) -> Iterator[bytes]:
    """The archive; each encounter stands in it once, however many returns it belongs to."""
    with tempfile.TemporaryDirectory() as folder:
        # Three tables are filled in one go over the rows, and an archive takes them one after the other.
        paths = {name: Path(folder) / name for name in FILES}
        _fill(source, paths)
        source.seals.pop("rows", None)
        source.seals.update({name: seal_of_file(path) for name, path in paths.items()})
        about = source.about()
        yield from archive(
            [
                *((name, in_pieces(path)) for name, path in paths.items()),
                (META, [meta().encode()]),
                (EML, [eml(about, source).encode()]),
                (ABOUT, [json.dumps(about, ensure_ascii=False, indent=1).encode()]),
            ]
        )


def _fill(source: Source, paths: Mapping[str, Path]) -> None:
    with ExitStack() as stack:
        files = {n: stack.enter_context(p.open("w", encoding="utf-8", newline="")) for n, p in paths.items()}
        for name, file in files.items():
            _put(file, FILES[name])
        for _, rows in groupby(source.rows("bird"), key=lambda one: one["banding_id"]):
            for number, one in enumerate(rows):
                # The banding of a bird that was met again three times is told once.
                for side in (_banding(one), _recovery(one)) if number == 0 else (_recovery(one),):
                    _encounter(files, side, source)


def _banding(one: Row) -> Row:
    """The banding of a return, by the names that a recovery has."""
    told = {name.removeprefix("banding_"): value for name, value in one.items() if name.startswith("banding_")}
    bird = {name: one[name] for name in ("scheme", "ring", "species")}
    return dict.fromkeys(FACTS) | bird | told | {"time": None, "type": "banding", "manner": "banding"}


def _recovery(one: Row) -> Row:
    told = {name.removeprefix("recovery_"): value for name, value in one.items() if name.startswith("recovery_")}
    return one | told | {"type": "recovery"}


def _encounter(files: Mapping[str, TextIO], side: Row, source: Source) -> None:
    rounded = side["precision"] == ROUNDED
    general = source.say(GENERAL) if rounded else ""
    hidden = " ".join([source.say(HIDDEN)] * (side["precision"] == WITHHELD) + [source.say(NO_PEOPLE)])
    time, known = side["time"] or "", side["latitude"] is not None
    place = side["place_code"]
    _put(files["event.txt"], (
        side["id"], side["type"], side["day"], f"{time[:2]}:{time[2:]}" if time.isdecimal() else "", side["manner"],
        f"EURING:{place}" if place else "", side["place"], side["latitude"], side["longitude"],
        "EPSG:4326" if known else "", CELL_M if rounded else side["uncertainty_m"], 0.1 if rounded else "",
        general, hidden,
    ))  # fmt: skip
    dead, alive = is_dead(side["condition"]), is_alive(side["condition"])
    words = source.words("species", side["species"]).partition(" (")[0]
    _put(files["occurrence.txt"], (
        side["id"], f"urn:uuid:{side['id']}", "HumanObservation", "present", side["species"],
        words if words != side["species"] else "", organism(side), SEXES.get(side["sex"] or "", ""),
        "dead" if dead else "alive" if alive else "", side["origin"], source.licence, general, hidden,
    ))  # fmt: skip
    for name, (kind, unit) in FACTS.items():
        if side[name] is not None:
            _put(files["measurementorfact.txt"], (side["id"], f"{side['id']}:{name}", kind, side[name], unit))


def organism(side: Row) -> str:
    """The bird, by scheme and ring in its normal form."""
    return f"{side['scheme']}:{rings.normal(side['ring'])}"


def _put(file: TextIO, values: Iterable[Any]) -> None:
    # Tabs and line ends part cells and lines; there are no quotes.
    file.write("\t".join(" ".join(_text(value).split()) for value in values) + "\n")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else cell(value)


def meta() -> str:
    """Which columns the tables have."""
    tables = []
    for number, (name, columns) in enumerate(FILES.items()):
        tag, key = ("core", "id") if number == 0 else ("extension", "coreid")
        fields = "".join(f'<field index="{at}" term="{_term(one)}"/>' for at, one in enumerate(columns))
        tables.append(
            f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" fieldsEnclosedBy=""'
            f' ignoreHeaderLines="1" rowType="{DWC}{TYPES[name]}"><files><location>{name}</location></files>'
            f'<{key} index="0"/>{fields}</{tag}>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">\n'
        + "\n".join(tables)
        + "\n</archive>\n"
    )


def _term(column: str) -> str:
    return f"{DC if column == 'license' else DWC}{column}"


def eml(about: Mapping[str, Any], source: Source) -> str:
    """What the archive says of itself in the Ecological Metadata Language."""
    node, told = about["node"], "\n".join(f"{head}: {said}".strip(": ") for head, said in source.lines(about))
    who = f"<organizationName>{escape(node['names'].get('en') or node['code'])}</organizationName>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<eml:eml xmlns:eml="https://eml.ecoinformatics.org/eml-2.2.0"'
        f' packageId="{about["id"]}" system="{escape(node["code"])}" scope="system" xml:lang="{about["language"]}">\n'
        f"<dataset><title>{escape(about['title'])}</title><creator>{who}</creator>"
        f"<pubDate>{about['made'][:10]}</pubDate><abstract><para>{escape(told)}</para></abstract>"
        f"<intellectualRights><para>{escape(about['licence'])}</para></intellectualRights>"
        f"<contact>{who}</contact></dataset>\n"
        f"<additionalMetadata><metadata><citation>{escape(about['citation'])}</citation></metadata>"
        "</additionalMetadata></eml:eml>\n"
    )


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the archive says, and the seals of its three tables as they are now."""
    _ = watch
    with zipfile.ZipFile(path) as whole:
        about = json.loads(whole.read(ABOUT))
        seals = {}
        for name in FILES:
            with whole.open(name) as member:
                seals[name] = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    return Found(about, seals)


def fits(path: Path) -> bool:
    """Whether a file is such an archive."""
    return holds(path, META, *FILES, ABOUT)
