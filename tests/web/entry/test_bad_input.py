"""Whatever is thrown at the form: a clear sentence at its field, nothing typed is lost, and the node never stumbles."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.station import Station
from banding.web import forms
from tests.web.entry.hand import BANDING, Controls, kept, whys

LONG = "鹀" * 10_000
HTML = '</textarea><script>alert(1)</script><img src=x onerror="alert(1)">&amp;'
ROW = "XC 345612\tEmberiza pusilla\t3\tM\t71,5"
TEXTS = [
    "🐦", LONG, "X" * 10_000, ROW, "\t", HTML, "\u202e345612 XC", "XC\u200b345612", "ＸＣ３４５６１２", "ХС 345612",
    "７１，５", "71,5", "7.VIII.1999", "1999年8月7日", "-", "'; drop table records; --", "null", "NaN", "1e999",
    "٣٤٥", "a\u0301" * 40, "{{ 7*7 }}", "%(ring)s", "0" * 400, "\r\n\r\n",
]  # fmt: skip
FIELDS = [
    "core.ring", "core.scheme", "core.species", "core.day", "core.time", "core.age", "core.sex", "place.typed",
    "core.place_code", "measurements.wing", "measurements.fat", "core.marks.0.inscription", "core.replaces.ring",
    "people.ringer", "remarks.text",
]  # fmt: skip
ANSWERS = {200, 201, 303, 409, 422}


@pytest.fixture
def everywhere(operator: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Callable[[Mapping[str, str]], None]:
    """Send a form as a page, as a script and as a check, and look its ring up: none of it may stumble."""
    token = csrf(operator)

    def send(typed: Mapping[str, str]) -> None:
        form = {**typed, "csrf_token": token}
        for accept in ("text/html", "application/json"):
            answer = operator.post("/enter/banding", data=form, headers={"Accept": accept})
            assert answer.status_code in ANSWERS, (accept, typed)
        assert operator.post("/enter/check/recovery", data=form).status_code == 200
        asked = {name.removeprefix("core."): text[:20_000] for name, text in typed.items()} | {"kind": "banding"}
        assert operator.get("/enter/ring", query_string=asked).status_code == 200
        assert operator.get("/enter/next-ring", query_string=asked).status_code == 200

    return send


@pytest.mark.parametrize("turn", range(len(TEXTS)))
def test_nothing_typed_anywhere_makes_the_node_stumble(everywhere: Any, turn: int) -> None:
    # Over all turns each text stands in each field once.
    texts = {name: TEXTS[(turn + place) % len(TEXTS)] for place, name in enumerate(FIELDS)}
    everywhere(BANDING | texts)
    alone = FIELDS[turn % len(FIELDS)]
    everywhere(BANDING | {alone: texts[alone]})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.dictionaries(st.sampled_from(sorted(forms.controls("banding", 2))), st.text(max_size=40), max_size=6))
def test_no_text_of_any_kind_makes_it_stumble_either(everywhere: Any, typed: dict[str, str]) -> None:
    everywhere(BANDING | typed)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("core.ring", "XC 🐦345612", "no ring carries"),
        ("core.ring", "X" * 10_000, "room for 20"),
        ("core.ring", ROW, "room for 20"),
        ("core.species", LONG, "No species"),
        ("core.species", "🐦", "No species"),
        ("core.day", "31.II.1999", "No day is understood"),
        ("core.day", LONG, "No day is understood"),
        ("measurements.wing", "71 mm", "Write a number"),
        ("measurements.wing", "71,5,2", "Write a number"),
        ("measurements.wing", "9" * 10_000, "Write a number"),
        ("core.sex", "♂", "Choose one"),
        ("remarks.text", LONG, "room for"),
    ],
)
def test_a_bad_text_gets_its_sentence_and_stays_where_it_was_typed(
    send: Any, station: Station, name: str, text: str, said: str
) -> None:
    typed = BANDING | {"remarks.text": "雨", "measurements.mass": "18,4", name: text}
    page = send("/enter/banding", typed)
    assert page.status_code == 422
    assert said in whys(page.text)[name.replace(".", "-")]
    stands = Controls(page.text).sent
    # A browser joins the words of a single line; no sign of them is lost.
    assert {key: stands[key].split() for key in typed} == {key: value.split() for key, value in typed.items()}
    assert not kept(station)


@pytest.mark.parametrize(
    ("name", "text", "group", "means"),
    [
        ("core.ring", "ХС 345612", "core", "ХС 345612"),
        ("core.ring", "ＸＣ　３４５６１２", "core", "XC 345612"),
        ("core.ring", "XC\t345612", "core", "XC 345612"),
        ("core.species", "Emberiza\tspodocephala\t", "core", "Emberiza spodocephala"),
        ("core.day", "7.VIII.1999", "core", "1999-08-07"),
        ("core.day", "1999年8月7日", "core", "1999-08-07"),
        ("core.day", "１９９９－０８－０７", "core", "1999-08-07"),
        ("measurements.wing", "７１，５", "measurements", 71.5),
        ("measurements.wing", "71,5\t", "measurements", 71.5),
        ("remarks.text", HTML, "remarks", HTML),
        ("remarks.text", "a\tb", "remarks", "a\tb"),
    ],
)
def test_what_a_person_means_is_understood(
    send: Any, station: Station, name: str, text: str, group: str, means: object
) -> None:
    assert send("/enter/banding", BANDING | {name: text}).status_code == 303
    assert kept(station)[0].groups[group][name.rpartition(".")[2]] == means


def test_a_ring_in_cyrillic_letters_is_the_same_ring(send: Any, station: Station) -> None:
    assert send("/enter/banding", BANDING | {"core.day": "2024-04-30"}).status_code == 303
    again = send("/enter/banding", BANDING | {"core.ring": "ХС 345612"}, submission="two")
    assert again.status_code == 422
    assert "core-ring" in whys(again.text)
    assert len(kept(station)) == 1


def test_html_in_remarks_is_text_on_every_page_it_comes_to(send: Any, operator: FlaskClient, station: Station) -> None:
    saved = send("/enter/banding", BANDING | {"remarks.text": HTML, "place.name": HTML, "people.ringer": HTML})
    assert saved.status_code == 303
    uuid = kept(station)[0].uuid
    for path in (saved.location, f"/records/{uuid}/correct", "/birds/RUM/XC345612", "/records", "/enter/banding"):
        page = operator.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    told = operator.get("/enter/ring", query_string={"kind": "recovery", "scheme": "RUM", "ring": "XC345612"})
    assert told.mimetype == "application/json"
    assert told.get_json()["history"][0]["place"] == HTML


def test_tomorrow_is_refused_at_half_past_eleven_in_vladivostok_and_today_is_not(send: Any, station: Station) -> None:
    # 13:30 in Greenwich.
    station.intake.clock = lambda: datetime.datetime(2024, 5, 1, 13, 30, tzinfo=datetime.UTC)
    page = send("/enter/banding", BANDING | {"core.day": "2024-05-02"})
    assert page.status_code == 422
    assert "2024-05-01" in whys(page.text)["core-day"]
    assert Controls(page.text).sent["core.day"] == "2024-05-02"
    assert send("/enter/banding", BANDING | {"core.day": "2024-05-01", "core.time": "23:30"}).status_code == 303
