"""The words for every field, and the stations: complete, in three languages, and leading somewhere."""

import re
from zoneinfo import ZoneInfo, available_timezones

import pytest
from marshmallow import Schema, fields

from schemas import GROUPS
from schemas.codes import table
from schemas.records import KINDS, group_fields

HAN, CYRILLIC = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[А-Яа-яЁё]")
COLUMNS = ("en", "zh", "ru", "help_en", "help_zh", "help_ru")
COUNTRIES = {"CN", "RU", "MN", "KP"}


def every_field() -> set[str]:
    """`group.field` for every field of both kinds, and `list.field` for the parts of a list or of a ring."""
    found: set[str] = set()
    for kind in KINDS:
        for group in GROUPS:
            for name, field in group_fields(kind, group).items():
                found |= {f"{group}.{name}"} | {f"{name}.{part}" for part in parts(field)}
    return found


def parts(field: object) -> list[str]:
    inner = field.inner if isinstance(field, fields.List) else field
    nested = inner.schema if isinstance(inner, fields.Nested) else None
    return list(nested.fields) if isinstance(nested, Schema) else []


def test_every_field_of_both_kinds_has_a_row_and_every_row_a_field() -> None:
    assert set(table("field").codes) ^ every_field() == set()


def test_the_parts_of_marks_rings_and_confirmations_have_rows_too() -> None:
    assert {"marks.type", "replaces.scheme", "confirmations.rule"} <= set(table("field").codes)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_field_has_its_words_in_every_column(column: str) -> None:
    rows = table("field").rows
    assert [code for code, row in rows.items() if not row[column] or row[column] != row[column].strip()] == []


@pytest.mark.parametrize(("language", "script"), [("zh", HAN), ("ru", CYRILLIC)])
def test_labels_and_help_are_in_the_script_of_their_language(language: str, script: re.Pattern[str]) -> None:
    rows = table("field").rows.items()
    strays = [code for code, row in rows for column in (language, f"help_{language}") if not script.search(row[column])]
    assert strays == []


def test_no_language_strays_into_the_help_of_another() -> None:
    for code, row in table("field").rows.items():
        assert not CYRILLIC.search(row["en"] + row["zh"] + row["help_en"] + row["help_zh"]), code
        assert not HAN.search(row["en"] + row["ru"] + row["help_en"] + row["help_ru"]), code


def test_a_label_is_one_to_four_words() -> None:
    for code, row in table("field").rows.items():
        assert all(1 <= len(row[column].split()) <= 4 for column in ("en", "ru")), code
        assert len(row["zh"]) <= 10, code


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_no_two_fields_of_one_group_read_alike(language: str) -> None:
    labels = [(code.split(".")[0], row[language]) for code, row in table("field").rows.items()]
    assert len(labels) == len(set(labels))


def test_help_is_one_short_sentence() -> None:
    for code, row in table("field").rows.items():
        for language, stop, longest in (("en", ".", 110), ("zh", "。", 50), ("ru", ".", 110)):
            help_ = row[f"help_{language}"]
            assert help_.endswith(stop), (code, language)
            assert len(help_) <= longest, (code, language)


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("mm", ("Millimetres", "毫米", "Миллиметры")),
        ("g", ("Grams", "克", "Граммы")),
        ("metre", ("Metres", "米", "метрах")),
    ],
)
def test_the_help_of_a_measured_field_names_its_unit(unit: str, words: tuple[str, str, str]) -> None:
    measured = [
        f"{group}.{name}"
        for group in GROUPS
        for name, field in group_fields("banding", group).items()
        if field.metadata.get("unit") == unit
    ]
    assert measured
    for code in measured:
        for column, word in zip(("help_en", "help_zh", "help_ru"), words, strict=True):
            assert word in table("field").rows[code][column], (code, column)


def test_there_are_seventy_eight_stations_in_four_countries() -> None:
    assert len(table("station")) == 78
    assert {row["country"] for row in table("station").rows.values()} == COUNTRIES


def test_a_station_keeps_the_time_of_a_known_zone() -> None:
    zones = {row["zone"] for row in table("station").rows.values()}
    assert zones <= available_timezones()
    assert [ZoneInfo(zone).key for zone in zones]


def test_a_station_lies_in_the_box_of_its_place_code() -> None:
    for code, row in table("station").rows.items():
        box = table("place").rows[row["place_code"]]
        south, west, north, east = (float(box[edge]) for edge in ("south", "west", "north", "east"))
        assert south <= float(row["latitude"]) <= north, code
        assert west <= float(row["longitude"]) <= east, code
        assert 0 < float(row["accuracy_km"]) <= 50, code


def test_a_station_belongs_to_a_known_scheme_or_to_none() -> None:
    without = {row["country"] for row in table("station").rows.values() if not row["scheme"]}
    assert {row["scheme"] for row in table("station").rows.values()} - {""} <= set(table("scheme").codes)
    assert without == {"MN", "KP"}


def test_the_name_of_a_station_carries_no_remark_about_its_spelling() -> None:
    for row in table("station").rows.values():
        assert not re.search(r"seed|spelling|\?", " ".join(row.values())), row["code"]


def test_a_station_code_can_be_written_in_a_record() -> None:
    field = group_fields("banding", "place")["station"]
    assert [field.deserialize(code) for code in table("station")] == list(table("station"))


@pytest.mark.parametrize(("group", "name", "of"), [("core", "scheme", "scheme"), ("core", "place_code", "place")])
def test_every_code_of_an_open_table_can_be_written_in_a_record(group: str, name: str, of: str) -> None:
    field = group_fields("banding", group)[name]
    assert [field.deserialize(code) for code in table(of)] == list(table(of))


def test_every_species_can_be_written_in_a_record() -> None:
    field, code = (group_fields("banding", "core")[name] for name in ("species", "species_code"))
    for name, row in table("species").rows.items():
        assert field.deserialize(name) == name
        assert row["euring_code"] in ("", code.deserialize(row["euring_code"] or "00000"))
