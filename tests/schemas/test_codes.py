"""The code tables are readable and complete in three languages, and their rows fit each other."""

import re
import string

import pytest
from euring.data import load_species_map

from schemas.codes import UnknownTable, names, table

OPEN = {
    "scheme", "place", "species", "station", "finding", "field", "ring_series", "measurement", "land",
    "fingerprint_word", "ring_size", "species_group",
}  # fmt: skip
# Rows by the name of a species, which has its words elsewhere, and by the latitude.
WITHOUT_WORDS = {"measurement", "land", "fingerprint_word", "ring_size"}
HAN, CYRILLIC = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[А-Яа-яЁё]")
# Names that are written in Latin letters in every language.
LATIN_IN_ANY_LANGUAGE = {("datum", "WGS84")}
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
R-measure-far: field value low high; R-measure-bird: field value low high;
R-mass-wing: value wing low high;
R-point-minutes: latitude longitude likely_latitude likely_longitude;
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
