"""`banding init`: a node is made once, from answers, options or the environment."""

import json
from pathlib import Path

import pytest

from banding import settings
from banding.command.stations import search
from banding.intake import Draft
from banding.station import Station
from tests.command.conftest import Type


def banding(ring: str = "XC 345612") -> dict[str, dict[str, object]]:
    core = {
        "kind": "banding",
        "scheme": "RUM",
        "ring": ring,
        "species": "Emberiza rustica",
        "day": "2024-05-01",
    }
    return {"core": core}


def test_a_station_is_found_by_part_of_its_name_in_any_language() -> None:
    for text in ("khinganSKY", "хинганский", "兴安斯基", "am-khg"):
        assert "AM-KHG" in [row["code"] for row in search(text)], text


def test_a_person_is_asked_and_answers(home: Path, typed: Type) -> None:
    result = typed("init", answers="sanhuanpao\n1\nru\n\n8099\nhttps://banding.example.org/\n")
    assert result.exit_code == 0, result.output
    made = settings.load()
    assert (made.node.code, made.language, made.port) == ("HL-SHP", "ru", 8099)
    assert (made.node.zone, made.public_url) == ("Asia/Shanghai", "https://banding.example.org")
    assert "http://127.0.0.1:8099/first/" in result.output
    assert (home / "node.sqlite").exists()


def test_a_station_outside_the_list_tells_its_name_scheme_and_zone(typed: Type) -> None:
    answers = "nowhere at all\nHL-ABC\nMade-up Marsh\nXXX\nCPB\nAsia/Nowhere\nAsia/Shanghai\nen\n\n\n\n"
    result = typed("init", answers=answers)
    assert result.exit_code == 0, result.output
    made = settings.load()
    assert (made.node.code, made.node.name("zh"), made.node.scheme) == ("HL-ABC", "Made-up Marsh", "CPB")


def test_with_yes_nothing_is_asked_and_the_language_is_the_stations_own(typed: Type) -> None:
    assert typed("init", "--station", "HL-SHP", "--yes", answers="").exit_code == 0
    assert settings.load().language == "zh"


def test_the_environment_answers_too(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANDING_STATION", "HL-SHP")
    monkeypatch.setenv("BANDING_PORT", "8123")
    assert typed("init", "--yes").exit_code == 0
    monkeypatch.delenv("BANDING_STATION")
    monkeypatch.delenv("BANDING_PORT")
    assert (settings.load().node.code, settings.load().port) == ("HL-SHP", 8123)


def test_questions_left_unanswered_leave_nothing_behind(home: Path, typed: Type) -> None:
    result = typed("init", answers="")
    assert result.exit_code == 1
    assert "Nothing was written" in result.stderr
    assert not home.exists()


def test_a_second_init_shows_what_is_there_and_changes_nothing(node: Path, typed: Type) -> None:
    before = (node / "node.json").read_text()
    result = typed("init", "--station", "HL-SHP", "--yes")
    assert result.exit_code == 0
    assert "already here" in result.output
    assert (node / "node.json").read_text() == before


def test_change_changes_what_is_named_and_keeps_the_rest(node: Path, typed: Type) -> None:
    _ = node
    assert typed("init", "--change", "--port", "8200", "--yes").exit_code == 0
    made = settings.load()
    assert (made.node.code, made.language, made.port) == ("AM-KHG", "en", 8200)


def test_a_node_that_has_written_records_keeps_its_code(station: Station, typed: Type) -> None:
    assert station.intake.admit([Draft(banding())], door="form", by=None)[0].is_kept
    result = typed("init", "--change", "--station", "HL-SHP", "--yes")
    assert result.exit_code == 1
    assert "as AM-KHG" in result.stderr
    assert settings.load().node.code == "AM-KHG"


def test_the_link_is_not_made_again_once_somebody_has_an_account(node: Path, typed: Type) -> None:
    _ = node
    assert (
        typed("account", "add", "Anna", "--role", "administrator", "--password-stdin", answers="x" * 12).exit_code == 0
    )
    assert "/first/" not in typed("init", "--change", "--yes").output


def test_a_machine_gets_json(typed: Type) -> None:
    told = json.loads(typed("init", "--station", "AM-KHG", "--yes", "--json").stdout)
    assert (told["station"], told["new"]) == ("AM-KHG", True)
    assert told["link"].startswith("http://127.0.0.1:8080/first/")


def test_home_on_the_line_overrides_the_environment(tmp_path: Path, typed: Type) -> None:
    assert typed("--home", str(tmp_path / "other"), "init", "--station", "AM-KHG", "--yes").exit_code == 0
    assert (tmp_path / "other" / "node.json").exists()
    assert typed("status").exit_code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--station", "ZZ-NONE"), "not in the list of stations"),
        (("--station", "AM-KHG", "--zone", "Asia/Nowhere"), "is not known"),
        (("--station", "AM-KHG", "--public-url", "banding.example.org"), "is no address"),
        (("--station", "AM-KHG", "--public-url", "http://two words"), "is no address"),
        (("--station", "am'khg", "--zone", "Asia/Yakutsk"), "no code of a station"),
        ((), "Nobody said which station"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(typed: Type, words: tuple[str, ...], told: str) -> None:
    result = typed("init", "--yes", *words)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.output
