"""The drawn bird of a page shows the marks that a record has, in words as well as in colours."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from banding.station import Station
from tests.web.conftest import words
from tests.web.entry.hand import FULL, admitted

MARKS = [
    {"type": "leg-flag", "side": "left", "position": "tibia", "colour": "white", "inscription": "3C7",
     "inscription_colour": "black"},
    {"type": "leg-ring", "side": "right", "position": "tarsus", "colour": "red"},
    {"type": "wing-tag", "side": "right", "position": "wing", "colour": "yellow", "inscription": "<b>"},
    {"type": "leg-ring", "side": "unknown", "position": "tarsus", "colour": "blue"},
]  # fmt: skip


def crane(station: Station, marks: list[dict[str, str]]) -> str:
    return admitted(station, FULL | {"core": FULL["core"] | {"marks": marks}})


def worn_at(page: str, place: str) -> list[str]:
    (inside,) = re.findall(rf'<span class="place at-{place}" aria-hidden="true">(.*?)</span>\n', page, re.DOTALL)
    return re.findall(r"band colour-([\w-]+)", inside)


def test_every_mark_sits_in_its_place_and_is_said_in_words(operator: FlaskClient, station: Station) -> None:
    page = operator.get(f"/records/{crane(station, MARKS)}").text
    assert worn_at(page, "left-tibia") == ["white"]
    assert worn_at(page, "right-tarsus") == ["red"]
    assert worn_at(page, "wing") == ["yellow"]
    assert "leg flag, left, tibia, white, 3C7 (black)" in words(page)
    assert "<b></b>" not in page
    assert "&lt;b&gt;" in page


def test_a_ring_on_an_unknown_leg_is_drawn_on_neither(operator: FlaskClient, station: Station) -> None:
    page = operator.get(f"/records/{crane(station, MARKS)}").text
    assert "blue" not in worn_at(page, "left-tarsus") + worn_at(page, "right-tarsus")
    assert "side unknown, tarsus, blue" in words(page)


def test_a_bird_without_marks_is_not_drawn(operator: FlaskClient, station: Station) -> None:
    core = {name: value for name, value in FULL["core"].items() if name != "marks"}
    assert 'class="bird' not in operator.get(f"/records/{admitted(station, FULL | {'core': core})}").text


@pytest.mark.parametrize("path", ["/enter/banding", "/enter/recovery"])
@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_every_place_of_the_entry_form_is_a_button_with_a_name(operator: FlaskClient, path: str, language: str) -> None:
    page = operator.get(path, headers={"Accept-Language": language}).text
    names = re.findall(r'<button type="button" class="place at-[\w-]+"[^>]* aria-label="([^"]+)"', page)
    assert len(names) == len(set(names)) == 8
    # Hidden until a script can fill the controls from it; those stand there in any case.
    assert re.search(r'<div class="bird live"[^>]* hidden>', page)
    assert 'name="core.marks.1.inscription"' in page


def test_what_the_bird_fills_in_is_saved(send: Any, station: Station) -> None:
    typed = {
        "core.scheme": "CPB", "core.ring": "H00-0773", "core.species": "Grus japonensis", "core.day": "2024-04-30",
        "core.manner": "resighting",
    }  # fmt: skip
    typed |= {f"core.marks.{row}.{part}": text for row, mark in enumerate(MARKS[:2]) for part, text in mark.items()}
    answer = send("/enter/recovery", typed)
    while answer.status_code == 422:
        reasons = dict.fromkeys(re.findall(r'name="(confirm-[\w-]+)"', answer.text), "seen twice")
        assert reasons
        assert not reasons.keys() <= typed.keys()
        typed |= reasons
        answer = send("/enter/recovery", typed)
    record = station.store.records.record(answer.location.split("/")[2].split("?")[0])
    assert record is not None
    assert record.core["marks"] == MARKS[:2]
