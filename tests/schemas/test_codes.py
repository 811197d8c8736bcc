"""The code tables are readable, complete in three languages, and faithful to EURING."""

import re
import string
from itertools import pairwise

import pytest
from euring.data import (
    load_code_map,
    load_other_marks_data,
    load_place_map,
    load_scheme_map,
    load_species_map,
)

from schemas.codes import UnknownTable, names, table

# Tables that bear the name EURING gives them, and those we call otherwise; ages are compared by themselves.
EURING_NAMES = {name: name for name in names() if name != "age" and load_code_map(name)} | {
    "coordinates_accuracy": "accuracy_of_coordinates",
    "day_accuracy": "accuracy_of_date",
    "fat_method": "fat_score_method",
    "moved": "moved_before_the_encounter",
    "pectoral_muscle": "pectoral_muscle_score",
    "primary_moult_score": "primary_moult",
    "pullus_age_accuracy": "accuracy_of_pullus_age",
    "ring_information": "metal_ring_information",
    "ring_verified": "verification_of_the_metal_ring",
    "wing_point_state": "state_of_wing_point",
}
OPEN = {
    "scheme", "place", "species", "station", "finding", "field", "ring_series", "measurement", "land",
    "fingerprint_word", "ring_size", "species_group",
}  # fmt: skip
# Rows by the name of a species, which has its words elsewhere, and by the latitude.
WITHOUT_WORDS = {"measurement", "land", "fingerprint_word", "ring_size"}
HAN, CYRILLIC = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[А-Яа-яЁё]")
# Names that are written in Latin letters in every language.
LATIN_IN_ANY_LANGUAGE = {("datum", "WGS84")}
SPANS_THE_DATE_LINE = {"RU--", "RU79", "RU80", "RUNE"}
VALUES = {
    code: set(values.split())
    for code, values in (
        entry.strip().split(":")
        for entry in """
R-date-future: day today; R-date-long-ago: day; R-ring-pattern: ring scheme example;
R-ring-gaps: ring; R-ring-letters: ring suggestion; R-before-banding: day banding_day; R-alive-after-dead: day dead_day;
R-second-banding: ring scheme banding_day; R-status-brood: status field; R-method-missing: field method;
R-fat-method-missing:; R-species-unknown: species; R-species-concluded:; R-species-open:;
R-species-differs: species earlier; R-sex-differs: sex earlier; R-age-falls: age earlier; R-point-zero:;
R-point-swapped: latitude longitude likely_latitude likely_longitude; R-point-region: place_code;
R-area-rounding:; R-speed: km days; R-twin: id; R-foreign-ring: ring scheme;
R-ring-stock: ring scheme; R-ring-series: ring species series;
R-measure-far: field value low high; R-point-minutes: latitude longitude likely_latitude likely_longitude;
R-age-status: age status; R-age-catching: age catching_method; R-pullus-age: field;
R-ring-info-kind: ring_information kind; R-condition-manner: condition manner;
R-circumstances-condition: circumstances condition; R-species-code: species_code; R-moult-score: score sum;
R-sex-method: sexing_method; R-point-sea: latitude longitude; W-shape: where why; W-origin: origin log; W-head: why;
W-schema-new: schema; W-signature:; W-root:; W-gap: expected got; W-fork: number; W-key-unknown: log;
W-oversize: bytes limit; W-syntax: why; W-withdrawn: id
""".replace("\n", "").split(";")
    )
}


def labelled(column: str) -> list[tuple[str, str, str]]:
    """(table, code, text) for every row of every table that has the column."""
    return [(name, code, row[column]) for name in names() for code, row in table(name).rows.items() if column in row]


@pytest.mark.parametrize("name", names())
def test_a_table_is_read_with_its_key_first_and_no_code_twice(name: str) -> None:
    rows = table(name).rows
    assert rows
    assert all(code and code == next(iter(row.values())) for code, row in rows.items())
    assert len(set(table(name).codes)) == len(table(name))


@pytest.mark.parametrize("name", [name for name in names() if name not in OPEN])
def test_a_closed_table_has_the_four_columns(name: str) -> None:
    extra = ["metres"] if name == "coordinates_accuracy" else []
    assert all(list(row) == ["code", "en", "zh", "ru", *extra] for row in table(name).rows.values())


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_every_row_has_words_in_each_language(language: str) -> None:
    assert {name for name, _, _ in labelled(language)} == set(names()) - WITHOUT_WORDS
    assert [row for row in labelled(language) if not row[2].strip() or row[2] != row[2].strip()] == []


@pytest.mark.parametrize(("language", "script"), [("zh", HAN), ("ru", CYRILLIC)])
def test_chinese_and_russian_words_are_in_their_own_script(language: str, script: re.Pattern[str]) -> None:
    foreign = {(name, code) for name, code, text in labelled(language) if not script.search(text)}
    assert foreign - LATIN_IN_ANY_LANGUAGE == set()


@pytest.mark.parametrize(
    ("language", "script"),
    [("en", CYRILLIC), ("zh", CYRILLIC), ("ru", HAN), ("en", HAN)],
)
def test_no_language_strays_into_the_column_of_another(language: str, script: re.Pattern[str]) -> None:
    assert [row for row in labelled(language) if script.search(row[2])] == []


def test_every_table_that_euring_knows_is_compared_with_it() -> None:
    assert len(EURING_NAMES) == 27


@pytest.mark.parametrize(("ours", "theirs"), EURING_NAMES.items())
def test_a_closed_euring_table_has_exactly_the_codes_of_euring(ours: str, theirs: str) -> None:
    assert table(ours).codes == tuple(load_code_map(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("other_marks_first", "first_character"),
        ("other_marks_second", "second_character"),
        ("other_marks_whole", "special_cases"),
    ],
)
def test_other_marks_have_exactly_the_codes_of_euring(ours: str, theirs: str) -> None:
    marks = load_other_marks_data()
    assert marks is not None
    assert table(ours).codes == tuple(marks[theirs])


def test_age_codes_are_those_of_euring_without_the_letters_i_and_o() -> None:
    assert set(table("age").codes) == set(load_code_map("age")) - {"I", "O"}


def test_age_codes_from_3_on_alternate_between_exactly_and_after_a_calendar_year() -> None:
    said = [
        (bool(match[1]), int(match[2]))
        for code in table("age").codes[3:]
        if (match := re.match(r"(after )?(\d+)", table("age").label(code, "en")))
    ]
    assert len(said) == len(table("age")) - 3
    assert said == [(is_after, year) for year in range(1, 17) for is_after in (False, True)][:-1]


def test_age_words_name_the_same_year_in_each_language() -> None:
    years = [
        {re.findall(r"\d+", table("age").label(code, language))[0] for language in ("en", "zh", "ru")}
        for code in table("age").codes[3:]
    ]
    assert all(len(year) == 1 for year in years)


def test_accuracy_circles_grow_with_their_code() -> None:
    rows = table("coordinates_accuracy").rows
    for codes in ("01234567", "ABCDEFGHIJKLM"):
        assert all(int(rows[a]["metres"]) < int(rows[b]["metres"]) for a, b in pairwise(codes))
    assert [code for code in rows if not rows[code]["metres"]] == ["8", "9", "Z"]


def test_schemes_are_all_those_of_euring() -> None:
    assert set(table("scheme").codes) == set(load_scheme_map())


def test_the_example_of_a_scheme_fits_its_own_ring_pattern() -> None:
    patterned = {code: row for code, row in table("scheme").rows.items() if row["ring_pattern"]}
    assert set(patterned) == {"CPB", "RUM", "SUM"}
    for row in patterned.values():
        assert re.fullmatch(row["ring_pattern"], re.sub(r"[ .-]", "", row["example"]))


def test_places_are_places_of_euring_and_no_two_read_alike() -> None:
    places = table("place")
    assert set(places.codes) <= set(load_place_map())
    for language in ("en", "zh", "ru"):
        assert len({places.label(code, language) for code in places.codes}) == len(places)


def test_a_box_of_a_place_is_whole_and_the_right_way_up() -> None:
    for code, row in table("place").rows.items():
        edges = [row[edge] for edge in ("south", "west", "north", "east")]
        if not any(edges):
            continue
        south, west, north, east = map(float, edges)
        assert -90 <= south < north <= 90, code
        assert -180 <= west <= 180, code
        assert -180 <= east <= 180, code
        assert (west > east) == (code in SPANS_THE_DATE_LINE), code


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("CPHK", 45.75, 126.65),  # Harbin
        ("RU83", 50.28, 127.53),  # Blagoveshchensk
        ("RU84", 48.48, 135.07),  # Khabarovsk
        (
            "RU84",
            48.79,
            132.92,
        ),  # Birobidzhan: the Jewish Autonomous Oblast has no code of its own
        ("RU85", 43.12, 131.89),  # Vladivostok
        ("RU80", 64.42, -173.23),  # Provideniya, east of the date line
        ("RU--", 64.42, -173.23),
        ("MN00", 47.92, 106.92),  # Ulaanbaatar
        ("BG--", 42.5, 27.47),  # Burgas
    ],
)
def test_a_town_lies_in_the_box_of_its_place_code(code: str, latitude: float, longitude: float) -> None:
    row = table("place").rows[code]
    assert float(row["south"]) < latitude < float(row["north"])
    west, east = float(row["west"]), float(row["east"])
    assert west < longitude < east if west < east else longitude > west or longitude < east


def test_the_far_bank_of_the_amur_is_named_in_both_languages() -> None:
    assert table("place").label("CPHK", "zh") == "黑龙江"
    assert table("place").label("CPHK", "ru") == "Хэйлунцзян"
    assert table("place").label("RU83", "zh") == "阿穆尔州"
    assert table("place").label("RU83", "ru") == "Амурская область"


def test_a_species_code_of_euring_belongs_to_one_species_and_is_known_to_euring() -> None:
    codes = [row["euring_code"] for row in table("species").rows.values() if row["euring_code"]]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(load_species_map())


def test_the_oriental_stork_and_the_eastern_spot_billed_duck_have_no_euring_code() -> None:
    for name in ("Ciconia boyciana", "Anas zonorhyncha"):
        assert table("species").rows[name]["euring_code"] == ""


def test_a_species_without_a_euring_code_has_a_reserved_one_to_go_out_under_and_no_other_has() -> None:
    rows = table("species").rows.values()
    assert all(bool(row["export_code"]) != bool(row["euring_code"]) for row in rows)
    codes = [row["export_code"] for row in rows if row["export_code"]]
    assert len(codes) == len(set(codes))
    assert all("65000" <= code <= "69999" for code in codes)
    assert not set(codes) & set(load_species_map())


def test_every_chinese_name_has_its_pinyin_in_plain_letters_and_the_initials_of_it() -> None:
    for name, row in table("species").rows.items():
        spelt = row["pinyin"].split(";")
        assert all(re.fullmatch("[a-z]+( [a-z]+)*", one) for one in spelt), name
        assert len(spelt[0].split()) == len(row["zh"]), name
        initials = dict.fromkeys("".join(part[0] for part in one.split()) for one in spelt)
        assert row["initials"] == ";".join(initials), name


def test_ring_sizes_are_of_species_in_the_list_and_are_diameters() -> None:
    for name, row in table("ring_size").rows.items():
        assert name in table("species"), name
        assert row["source"], name
        assert all(1.5 <= float(size) <= 30 for size in row["diameters_mm"].split(";")), name


def test_usual_measurements_are_of_species_in_the_list_and_are_figures() -> None:
    for name, row in table("measurement").rows.items():
        assert name in table("species")
        told = {field: float(row[field]) for field in ("wing", "tarsus", "tail", "bill", "mass") if row[field]}
        assert told, name
        assert all(figure > 0 for figure in told.values()), name
        assert row["source"], name


def test_a_synonym_leads_to_one_species_only() -> None:
    species = table("species")
    synonyms = [s for row in species.rows.values() for s in row["synonyms"].split(";") if s]
    assert len(synonyms) == len(set(synonyms))
    assert not set(synonyms) & set(species.codes)
    assert all(s == s.strip() for s in synonyms)


def test_a_species_sensitivity_is_a_code_of_its_table() -> None:
    assert all(row["sensitivity"] in table("sensitivity") for row in table("species").rows.values())


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_finding_uses_its_named_values_and_no_others(language: str) -> None:
    findings = table("finding")
    assert set(findings.codes) == set(VALUES)
    for code, values in VALUES.items():
        used = {part[1] for part in string.Formatter().parse(findings.label(code, language)) if part[1] is not None}
        assert used == values, code


def test_a_finding_is_an_error_a_warning_or_a_notice_and_the_exchange_finds_only_errors() -> None:
    rows = table("finding").rows
    assert {row["severity"] for row in rows.values()} == {"error", "warning", "notice"}
    assert {row["severity"] for code, row in rows.items() if code.startswith("W-")} == {"error"}


def test_a_label_falls_back_to_english_and_then_to_the_code() -> None:
    assert table("sex").label("M", "mn") == "male"
    assert table("sex").label("?", "zh") == "?"


def test_a_table_that_is_not_there_is_refused_by_naming_those_that_are() -> None:
    with pytest.raises(UnknownTable, match=r"'ages'.*age, alula"):
        table("ages")
    with pytest.raises(KeyError):
        table("../codes/age")


def test_a_table_cannot_be_changed_by_its_reader() -> None:
    with pytest.raises(TypeError):
        table("sex").rows["M"]["en"] = "female"  # type: ignore[index]
